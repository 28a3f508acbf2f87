{#- Grain: one charge of a Zuora subscription, as its last segment has it: a contract line compares with
    one row, and what the charge cost before stands on its invoice lines. -#}
with

segments as (

    select
        *,
        coalesce(original_id, rate_plan_charge_id) as first_charge_id,
        min(starts_on) over (
            partition by source_account, coalesce(original_id, rate_plan_charge_id)
        ) as charge_starts_on,
        -- A change ends a segment and begins the next, in a new version of each, with new ids.
        row_number() over (
            partition by source_account, coalesce(original_id, rate_plan_charge_id)
            order by coalesce(segment, 0) desc, coalesce(version_number, 0) desc, rate_plan_charge_id desc
        ) as age

    from {{ ref('stg_zuora__rate_plan_charge') }}

    where row_disposition = 'accepted'

),

kinds as (

    {{ known_words('zuora', 'rate_plan_charge', 'charge_type') }}

),

models as (

    {{ known_words('zuora', 'product_rate_plan_charge', 'charge_model') }}

),

subscriptions as (

    select * from {{ ref('stg_zuora__subscription') }} where row_disposition = 'accepted'

),

tiers as (

    -- One tier is a price; of several none is the price.
    select
        source_account,
        rate_plan_charge_id,
        case when count(*) = 1 then max(tier_price) end as unit_price

    from {{ ref('stg_zuora__rate_plan_charge_tier') }}

    where row_disposition = 'accepted'

    group by source_account, rate_plan_charge_id

)

select
    'zuora' as source_system,
    segments.source_account,
    segments.first_charge_id as source_subscription_item_id,
    coalesce(subscriptions.original_id, segments.subscription_id) as source_subscription_id,
    segments.product_id as source_product_id,
    segments.product_rate_plan_charge_id || '|' || segments.currency as source_price_id,
    segments.contract_line_id as source_contract_line_id,
    kinds.canonical_value as charge_kind,
    case
        when kinds.canonical_value = 'one_time' then 'one_time'
        when segments.billing_period in ('week', 'specific_weeks') then 'week'
        when
            segments.billing_period
            in ('month', 'quarter', 'semi_annual', 'eighteen_months', 'specific_months')
            then 'month'
        when segments.billing_period in ('annual', 'two_years', 'three_years', 'five_years')
            then 'year'
    end as billing_interval,
    case
        when kinds.canonical_value = 'one_time' then null
        when segments.billing_period in ('week', 'month', 'annual') then 1
        when segments.billing_period = 'two_years' then 2
        when segments.billing_period in ('quarter', 'three_years') then 3
        when segments.billing_period = 'five_years' then 5
        when segments.billing_period = 'semi_annual' then 6
        when segments.billing_period = 'eighteen_months' then 18
        when segments.billing_period in ('specific_weeks', 'specific_months')
            then cast(segments.specific_billing_period as int)
    end as billing_interval_count,
    segments.currency,
    segments.quantity,
    case when coalesce(models.canonical_value, 'flat') in ('flat', 'per_unit') then tiers.unit_price end
        as unit_price,
    cast(null as timestamp) as starts_at,
    segments.charge_starts_on as starts_on,
    cast(null as timestamp) as ends_at,
    segments.ends_on,
    coalesce(segments.created_at, segments.synced_at) as recorded_at

from segments

left join kinds
    on segments.charge_type = kinds.raw_value

left join models
    on segments.charge_model = models.raw_value

left join subscriptions
    on segments.source_account = subscriptions.source_account
    and segments.subscription_id = subscriptions.subscription_id

left join tiers
    on segments.source_account = tiers.source_account
    and segments.rate_plan_charge_id = tiers.rate_plan_charge_id

-- A discount (other) is a charge in Zuora; here it lowers another one's lines and is no item.
where segments.age = 1 and coalesce(models.canonical_value, '(unknown)') <> 'other'
