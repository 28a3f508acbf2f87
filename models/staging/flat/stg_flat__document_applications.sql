{#- Grain: one delivered row of the flat file document_applications. -#}
with

raw as (

    select * from {{ source('raw_flat', 'document_applications') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_document_application_id']) }} as row_id,
        {{ delivered_id(['raw.source_document_application_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'document_applications') }} as payload_hash,
        {{ row_problem('flat', 'document_applications') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_document_application_id') }} as source_document_application_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_text('raw.source_payment_id') }} as source_payment_id,
        {{ to_text('raw.source_credit_note_id') }} as source_credit_note_id,
        lower({{ to_text('raw.application_kind') }}) as application_kind,
        coalesce({{ to_boolean('raw.is_reversal') }}, false) as is_reversal,
        {{ to_text('raw.reverses_source_document_application_id') }}
            as reverses_source_document_application_id,
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
    source_document_application_id,
    source_invoice_id,
    source_payment_id,
    source_credit_note_id,
    application_kind,
    is_reversal,
    reverses_source_document_application_id,
    currency,
    applied_amount,
    applied_at,
    applied_on,
    recorded_at

from judged
