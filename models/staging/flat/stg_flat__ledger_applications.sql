{#- Grain: one delivered row of the flat file ledger_applications. -#}
with

raw as (

    select * from {{ source('raw_flat', 'ledger_applications') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_ledger_application_id']) }} as row_id,
        {{ delivered_id(['raw.source_ledger_application_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'ledger_applications') }} as payload_hash,
        {{ row_problem('flat', 'ledger_applications') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_ledger_application_id') }} as source_ledger_application_id,
        {{ to_text('raw.source_from_ledger_document_id') }} as source_from_ledger_document_id,
        {{ to_text('raw.source_to_ledger_document_id') }} as source_to_ledger_document_id,
        lower({{ to_text('raw.application_kind') }}) as application_kind,
        coalesce({{ to_boolean('raw.is_reversal') }}, false) as is_reversal,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.applied_amount') }} as applied_amount,
        {{ to_utc('raw.applied_at') }} as applied_at,
        coalesce({{ to_date('raw.applied_on') }}, {{ to_bare_date('raw.applied_at') }})
            as applied_on,
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
    source_ledger_application_id,
    source_from_ledger_document_id,
    source_to_ledger_document_id,
    application_kind,
    is_reversal,
    currency,
    applied_amount,
    applied_at,
    applied_on,
    recorded_at

from judged
