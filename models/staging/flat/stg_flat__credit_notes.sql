{#- Grain: one delivered row of the flat file credit_notes. -#}
with

raw as (

    select * from {{ source('raw_flat', 'credit_notes') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_credit_note_id']) }} as row_id,
        {{ delivered_id(['raw.source_credit_note_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'credit_notes') }} as payload_hash,
        {{ row_problem('flat', 'credit_notes') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_credit_note_id') }} as source_credit_note_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_text('raw.credit_note_number') }} as credit_note_number,
        lower({{ to_text('raw.credit_note_status') }}) as credit_note_status,
        {{ to_text('raw.reason_code') }} as reason_code,
        {{ to_text('raw.created_by') }} as created_by,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.subtotal_amount') }} as subtotal_amount,
        {{ to_decimal('raw.discount_amount') }} as discount_amount,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ to_decimal('raw.total_amount') }} as total_amount,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.issued_at') }} as issued_at,
        coalesce({{ to_date('raw.issued_on') }}, {{ to_bare_date('raw.issued_at') }}) as issued_on,
        {{ to_utc('raw.voided_at') }} as voided_at,
        coalesce({{ to_date('raw.voided_on') }}, {{ to_bare_date('raw.voided_at') }}) as voided_on,
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
    source_credit_note_id,
    source_entity_id,
    source_customer_id,
    source_invoice_id,
    credit_note_number,
    credit_note_status,
    reason_code,
    created_by,
    currency,
    subtotal_amount,
    discount_amount,
    tax_amount,
    total_amount,
    created_at,
    created_on,
    issued_at,
    issued_on,
    voided_at,
    voided_on,
    recorded_at

from judged
