{#- Grain: one tier of one price. -#}
with

price_tiers as (

    select * from {{ ref('cdm_price_tiers') }}

),

prices as (

    select * from {{ ref('dim_prices') }}

)

select
    -- keys
    {{ source_key('price_tiers', 'price_tier') }} as price_tier_key,
    prices.price_key,
    price_tiers.source_system,
    price_tiers.source_account,
    price_tiers.source_price_tier_id,
    price_tiers.source_price_id,

    -- attributes
    price_tiers.tier_number,
    price_tiers.currency,

    -- measures
    price_tiers.up_to_quantity,
    price_tiers.unit_price,
    price_tiers.flat_amount,

    -- times
    price_tiers.recorded_at

from price_tiers

left join prices
    on price_tiers.source_system = prices.source_system
    and price_tiers.source_account = prices.source_account
    and price_tiers.source_price_id = prices.source_price_id
