{#- Grain: one tier of a tiered Stripe price. -#}
with

tiers as (

    select * from {{ ref('stg_stripe__price_tier') }} where row_disposition = 'accepted'

),

prices as (

    select * from {{ ref('stg_stripe__price') }} where row_disposition = 'accepted'

),

currencies as (

    {{ currency_units('stripe') }}

)

select
    'stripe' as source_system,
    tiers.source_account,
    tiers.row_id as source_price_tier_id,
    tiers.price_id as source_price_id,
    cast(tiers.tier_index as int) as tier_number,
    tiers.up_to as up_to_quantity,
    cast(
        {{ multiply_price('coalesce(tiers.unit_amount_decimal, tiers.unit_amount)', 'currencies.minor_unit') }}
        as decimal(24, 12)
    ) as unit_price,
    cast(
        {{ multiply_price('coalesce(tiers.flat_amount_decimal, tiers.flat_amount)', 'currencies.minor_unit') }}
        as decimal(18, 4)
    ) as flat_amount,
    prices.currency,
    tiers.synced_at as recorded_at

from tiers

left join prices
    on tiers.source_account = prices.source_account
    and tiers.price_id = prices.price_id

left join currencies
    on prices.currency = currencies.currency
