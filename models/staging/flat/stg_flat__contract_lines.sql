{#- Grain: one delivered row of the flat file contract_lines. -#}
with

raw as (

    select * from {{ source('raw_flat', 'contract_lines') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_contract_line_id']) }} as row_id,
        {{ delivered_id(['raw.source_contract_line_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'contract_lines') }} as payload_hash,
        {{ row_problem('flat', 'contract_lines') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_contract_line_id') }} as source_contract_line_id,
        {{ to_text('raw.source_contract_id') }} as source_contract_id,
        {{ to_text('raw.source_product_id') }} as source_product_id,
        {{ to_text('raw.source_price_id') }} as source_price_id,
        {{ to_text('raw.external_subscription_item_id') }} as external_subscription_item_id,
        lower({{ to_text('raw.charge_kind') }}) as charge_kind,
        lower({{ to_text('raw.billing_interval') }}) as billing_interval,
        {{ to_integer('raw.billing_interval_count') }} as billing_interval_count,
        lower({{ to_text('raw.billing_timing') }}) as billing_timing,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.discount_percent', 24, 12) }} as discount_percent,
        {{ to_decimal('raw.line_amount') }} as line_amount,
        {{ to_date('raw.starts_on') }} as starts_on,
        {{ to_date('raw.ends_before_on') }} as ends_before_on,
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
    source_contract_line_id,
    source_contract_id,
    source_product_id,
    source_price_id,
    external_subscription_item_id,
    charge_kind,
    billing_interval,
    billing_interval_count,
    billing_timing,
    currency,
    quantity,
    unit_price,
    discount_percent,
    line_amount,
    starts_on,
    ends_before_on,
    recorded_at

from judged
