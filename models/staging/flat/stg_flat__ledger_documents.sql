{#- Grain: one delivered row of the flat file ledger_documents. -#}
with

raw as (

    select * from {{ source('raw_flat', 'ledger_documents') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_ledger_document_id']) }} as row_id,
        {{ delivered_id(['raw.source_ledger_document_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'ledger_documents') }} as payload_hash,
        {{ row_problem('flat', 'ledger_documents') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_ledger_document_id') }} as source_ledger_document_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        lower({{ to_text('raw.document_kind') }}) as document_kind,
        {{ to_text('raw.document_number') }} as document_number,
        {{ to_text('raw.external_reference') }} as external_reference,
        lower({{ to_text('raw.document_status') }}) as document_status,
        coalesce({{ to_boolean('raw.is_voided') }}, false) as is_voided,
        coalesce({{ to_boolean('raw.is_reversal') }}, false) as is_reversal,
        {{ to_text('raw.reverses_source_ledger_document_id') }}
            as reverses_source_ledger_document_id,
        {{ to_text('raw.source_fiscal_period_id') }} as source_fiscal_period_id,
        {{ to_text('raw.created_by') }} as created_by,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.total_amount') }} as total_amount,
        {{ to_decimal('raw.open_amount') }} as open_amount,
        {{ to_text('raw.functional_currency') }} as functional_currency,
        {{ to_decimal('raw.exchange_rate', 24, 12) }} as exchange_rate,
        {{ to_decimal('raw.total_amount_functional', 18, 4) }} as total_amount_functional,
        {{ to_utc('raw.document_at') }} as document_at,
        coalesce({{ to_date('raw.document_on') }}, {{ to_bare_date('raw.document_at') }})
            as document_on,
        {{ to_date('raw.due_on') }} as due_on,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

),

judged as (

    {{ judge_rows('typed') }}

)

select
    -- place and fate
    source_account,
    source_file,
    source_row,
    row_id,
    row_disposition,
    disposition_reason,

    -- the record
    source_ledger_document_id,
    source_entity_id,
    source_customer_id,
    document_kind,
    document_number,
    external_reference,
    document_status,
    is_voided,
    is_reversal,
    reverses_source_ledger_document_id,
    source_fiscal_period_id,
    created_by,
    currency,
    total_amount,
    open_amount,
    functional_currency,
    exchange_rate,
    total_amount_functional,
    document_at,
    document_on,
    due_on,
    created_at,
    created_on,
    recorded_at

from judged
