{#- Grain: one delivered row of the flat file prices. -#}
with

raw as (

    select * from {{ source('raw_flat', 'prices') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_price_id']) }} as row_id,
        {{ delivered_id(['raw.source_price_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'prices') }} as payload_hash,
        {{ row_problem('flat', 'prices') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_price_id') }} as source_price_id,
        {{ to_text('raw.source_product_id') }} as source_product_id,
        {{ to_currency('raw.currency') }} as currency,
        lower({{ to_text('raw.price_model') }}) as price_model,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.package_quantity', 20, 6) }} as package_quantity,
        lower({{ to_text('raw.billing_interval') }}) as billing_interval,
        {{ to_integer('raw.billing_interval_count') }} as billing_interval_count,
        lower({{ to_text('raw.usage_kind') }}) as usage_kind,
        lower({{ to_text('raw.usage_aggregation') }}) as usage_aggregation,
        coalesce({{ to_boolean('raw.is_active') }}, false) as is_active,
        {{ to_date('raw.valid_from_on') }} as valid_from_on,
        {{ to_date('raw.valid_before_on') }} as valid_before_on,
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
    source_price_id,
    source_product_id,
    currency,
    price_model,
    unit_price,
    package_quantity,
    billing_interval,
    billing_interval_count,
    usage_kind,
    usage_aggregation,
    is_active,
    valid_from_on,
    valid_before_on,
    recorded_at

from judged
