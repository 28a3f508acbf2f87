{#- Grain: one delivered row of the flat file invoice_taxes. -#}
with

raw as (

    select * from {{ source('raw_flat', 'invoice_taxes') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_invoice_tax_id']) }} as row_id,
        {{ delivered_id(['raw.source_invoice_tax_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'invoice_taxes') }} as payload_hash,
        {{ row_problem('flat', 'invoice_taxes') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_invoice_tax_id') }} as source_invoice_tax_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_text('raw.source_invoice_line_id') }} as source_invoice_line_id,
        {{ to_text('raw.jurisdiction_code') }} as jurisdiction_code,
        {{ to_text('raw.tax_code') }} as tax_code,
        {{ to_decimal('raw.tax_percent', 24, 12) }} as tax_percent,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.taxable_amount') }} as taxable_amount,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
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
    source_invoice_tax_id,
    source_invoice_id,
    source_invoice_line_id,
    jurisdiction_code,
    tax_code,
    tax_percent,
    currency,
    taxable_amount,
    tax_amount,
    recorded_at

from judged
