{#- Grain: one delivered row of the flat file credit_note_lines. -#}
with

raw as (

    select * from {{ source('raw_flat', 'credit_note_lines') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_credit_note_line_id']) }} as row_id,
        {{ delivered_id(['raw.source_credit_note_line_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'credit_note_lines') }} as payload_hash,
        {{ row_problem('flat', 'credit_note_lines') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_credit_note_line_id') }} as source_credit_note_line_id,
        {{ to_text('raw.source_credit_note_id') }} as source_credit_note_id,
        {{ to_text('raw.source_invoice_line_id') }} as source_invoice_line_id,
        {{ to_text('raw.source_product_id') }} as source_product_id,
        {{ to_integer('raw.line_number') }} as line_number,
        {{ to_text('raw.line_description') }} as line_description,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.line_amount') }} as line_amount,
        {{ to_decimal('raw.discount_amount') }} as discount_amount,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ to_decimal('raw.rounding_residual_amount', 24, 12) }} as rounding_residual_amount,
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
    source_credit_note_line_id,
    source_credit_note_id,
    source_invoice_line_id,
    source_product_id,
    line_number,
    line_description,
    currency,
    quantity,
    unit_price,
    line_amount,
    discount_amount,
    tax_amount,
    rounding_residual_amount,
    recorded_at

from judged
