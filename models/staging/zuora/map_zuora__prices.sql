{#- Grain: one Zuora product rate plan charge in one currency. -#}
with

tiers as (

    select
        *,
        -- A charge has a tier in each of its currencies, or several: the first one stands for them.
        row_number() over (
            partition by source_account, product_rate_plan_charge_id, currency
            order by coalesce(tier_number, 1), tier_id
        ) as place

    from {{ ref('stg_zuora__product_rate_plan_charge_tier') }}

    where row_disposition = 'accepted'

),

charges as (

    select * from {{ ref('stg_zuora__product_rate_plan_charge') }}
    where row_disposition = 'accepted'

),

models as (

    {{ known_words('zuora', 'product_rate_plan_charge', 'charge_model') }}

),

plans as (

    select * from {{ ref('stg_zuora__product_rate_plan') }} where row_disposition = 'accepted'

)

select
    'zuora' as source_system,
    tiers.source_account,
    tiers.product_rate_plan_charge_id || '|' || tiers.currency as source_price_id,
    coalesce(charges.product_id, plans.product_id) as source_product_id,
    tiers.currency,
    models.canonical_value as price_model,
    case when models.canonical_value in ('flat', 'per_unit') then tiers.tier_price end as unit_price,
    cast(null as decimal(20, 6)) as package_quantity,
    case
        when charges.charge_type in ('onetime', 'one_time') then 'one_time'
        when charges.billing_period in ('week', 'specific_weeks') then 'week'
        when
            charges.billing_period
            in ('month', 'quarter', 'semi_annual', 'eighteen_months', 'specific_months')
            then 'month'
        when charges.billing_period in ('annual', 'two_years', 'three_years', 'five_years')
            then 'year'
    end as billing_interval,
    case
        when charges.charge_type in ('onetime', 'one_time') then null
        when charges.billing_period in ('week', 'month', 'annual') then 1
        when charges.billing_period = 'two_years' then 2
        when charges.billing_period in ('quarter', 'three_years') then 3
        when charges.billing_period = 'five_years' then 5
        when charges.billing_period = 'semi_annual' then 6
        when charges.billing_period = 'eighteen_months' then 18
        when charges.billing_period in ('specific_weeks', 'specific_months')
            then cast(charges.specific_billing_period as int)
    end as billing_interval_count,
    case
        when charges.charge_type = 'usage' then 'metered'
        when models.canonical_value <> 'flat' then 'licensed'
    end as usage_kind,
    case when charges.charge_type = 'usage' then 'sum' end as usage_aggregation,
    -- On the day of the extract: a rate plan can be sold until its last day.
    coalesce(tiers.is_active, true)
    and coalesce(cast(plans.synced_at as date) < plans.effective_ends_on, true) as is_active,
    plans.effective_starts_on as valid_from_on,
    plans.effective_ends_on as valid_before_on,
    coalesce(tiers.created_at, tiers.synced_at) as recorded_at

from tiers

left join charges
    on tiers.source_account = charges.source_account
    and tiers.product_rate_plan_charge_id = charges.product_rate_plan_charge_id

left join models
    on charges.charge_model = models.raw_value

left join plans
    on charges.source_account = plans.source_account
    and charges.product_rate_plan_id = plans.product_rate_plan_id

-- Discounts (other) are charges in Zuora and no price of anything.
where tiers.place = 1 and coalesce(models.canonical_value, '(unknown)') <> 'other'
