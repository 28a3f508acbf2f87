{#- Grain: one tier of a tiered Zuora charge in one currency. -#}
with

tiers as (

    select * from {{ ref('stg_zuora__product_rate_plan_charge_tier') }}
    where row_disposition = 'accepted'

),

charges as (

    select * from {{ ref('stg_zuora__product_rate_plan_charge') }}
    where row_disposition = 'accepted'

),

models as (

    {{ known_words('zuora', 'product_rate_plan_charge', 'charge_model') }}

)

select
    'zuora' as source_system,
    tiers.source_account,
    tiers.tier_id as source_price_tier_id,
    tiers.product_rate_plan_charge_id || '|' || tiers.currency as source_price_id,
    cast(tiers.tier_number as int) as tier_number,
    tiers.ending_unit as up_to_quantity,
    -- A tier has a price per unit or a flat one; price_format says which.
    case when tiers.price_format like 'flat%' then 0 else tiers.tier_price end as unit_price,
    case
        when tiers.price_format like 'flat%' then cast(tiers.tier_price as decimal(18, 4))
        else coalesce(tiers.flat_fee_amount, 0)
    end as flat_amount,
    tiers.currency,
    coalesce(tiers.created_at, tiers.synced_at) as recorded_at

from tiers

inner join charges
    on tiers.source_account = charges.source_account
    and tiers.product_rate_plan_charge_id = charges.product_rate_plan_charge_id

inner join models
    on charges.charge_model = models.raw_value

where models.canonical_value in ('graduated', 'volume')
