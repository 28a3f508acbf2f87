{#- Grain: one delivered row of the flat file price_tiers. -#}
with

raw as (

    select * from {{ source('raw_flat', 'price_tiers') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_price_tier_id']) }} as row_id,
        {{ delivered_id(['raw.source_price_tier_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'price_tiers') }} as payload_hash,
        {{ row_problem('flat', 'price_tiers') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_price_tier_id') }} as source_price_tier_id,
        {{ to_text('raw.source_price_id') }} as source_price_id,
        {{ to_integer('raw.tier_number') }} as tier_number,
        {{ to_decimal('raw.up_to_quantity', 20, 6) }} as up_to_quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.flat_amount') }} as flat_amount,
        {{ to_currency('raw.currency') }} as currency,
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
    source_price_tier_id,
    source_price_id,
    tier_number,
    up_to_quantity,
    unit_price,
    flat_amount,
    currency,
    recorded_at

from judged
