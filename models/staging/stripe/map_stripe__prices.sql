{#- Grain: one Stripe price. -#}
with

prices as (

    select * from {{ ref('stg_stripe__price') }} where row_disposition = 'accepted'

),

currencies as (

    {{ currency_units('stripe') }}

)

select
    'stripe' as source_system,
    prices.source_account,
    prices.price_id as source_price_id,
    prices.product_id as source_product_id,
    prices.currency,
    case
        when prices.transform_quantity_divide_by is not null then 'package'
        when prices.billing_scheme = 'tiered' then coalesce(prices.tiers_mode, 'graduated')
        else 'per_unit'
    end as price_model,
    -- Stripe prices are decimals of a minor unit, up to twelve places.
    cast(
        {{ multiply_price('coalesce(prices.unit_amount_decimal, prices.unit_amount)', 'currencies.minor_unit') }}
        as decimal(24, 12)
    ) as unit_price,
    cast(prices.transform_quantity_divide_by as decimal(20, 6)) as package_quantity,
    case when prices.price_type = 'one_time' then 'one_time' else prices.recurring_interval end
        as billing_interval,
    cast(prices.recurring_interval_count as int) as billing_interval_count,
    prices.recurring_usage_type as usage_kind,
    case prices.recurring_aggregate_usage
        when 'last_during_period' then 'last'
        when 'last_ever' then 'last'
        else prices.recurring_aggregate_usage
    end as usage_aggregation,
    coalesce(prices.is_active, true) as is_active,
    prices.created_on as valid_from_on,
    cast(null as date) as valid_before_on,
    coalesce(prices.created_at, prices.synced_at) as recorded_at

from prices

left join currencies
    on prices.currency = currencies.currency
