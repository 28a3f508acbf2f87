{#- Grain: one delivered row of the flat file invoice_lines. -#}
with

raw as (

    select * from {{ source('raw_flat', 'invoice_lines') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_invoice_line_id']) }} as row_id,
        {{ delivered_id(['raw.source_invoice_line_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'invoice_lines') }} as payload_hash,
        {{ row_problem('flat', 'invoice_lines') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_invoice_line_id') }} as source_invoice_line_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_integer('raw.line_number') }} as line_number,
        {{ to_text('raw.source_product_id') }} as source_product_id,
        {{ to_text('raw.source_price_id') }} as source_price_id,
        {{ to_text('raw.source_subscription_id') }} as source_subscription_id,
        {{ to_text('raw.source_subscription_item_id') }} as source_subscription_item_id,
        lower({{ to_text('raw.line_kind') }}) as line_kind,
        coalesce({{ to_boolean('raw.is_proration') }}, false) as is_proration,
        {{ to_text('raw.line_description') }} as line_description,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.line_amount') }} as line_amount,
        {{ to_decimal('raw.discount_amount') }} as discount_amount,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ to_decimal('raw.rounding_residual_amount', 24, 12) }} as rounding_residual_amount,
        {{ to_utc('raw.service_starts_at') }} as service_starts_at,
        coalesce({{ to_date('raw.service_starts_on') }}, {{ to_bare_date('raw.service_starts_at') }})
            as service_starts_on,
        {{ to_utc('raw.service_ends_at') }} as service_ends_at,
        coalesce({{ to_date('raw.service_ends_on') }}, {{ to_bare_date('raw.service_ends_at') }})
            as service_ends_on,
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
    source_invoice_line_id,
    source_invoice_id,
    line_number,
    source_product_id,
    source_price_id,
    source_subscription_id,
    source_subscription_item_id,
    line_kind,
    is_proration,
    line_description,
    currency,
    quantity,
    unit_price,
    line_amount,
    discount_amount,
    tax_amount,
    rounding_residual_amount,
    service_starts_at,
    service_starts_on,
    service_ends_at,
    service_ends_on,
    recorded_at

from judged
