{#- Grain: one item (charge) of a Stripe subscription. -#}
with

items as (

    select * from {{ ref('stg_stripe__subscription_item') }} where row_disposition = 'accepted'

),

prices as (

    select * from {{ ref('stg_stripe__price') }} where row_disposition = 'accepted'

),

currencies as (

    {{ currency_units('stripe') }}

)

select
    'stripe' as source_system,
    items.source_account,
    items.subscription_item_id as source_subscription_item_id,
    items.subscription_id as source_subscription_id,
    prices.product_id as source_product_id,
    coalesce(items.price_id, items.plan_id) as source_price_id,
    cast(null as {{ dbt.type_string() }}) as source_contract_line_id,
    case when prices.recurring_usage_type = 'metered' then 'usage' else 'recurring' end
        as charge_kind,
    prices.recurring_interval as billing_interval,
    cast(prices.recurring_interval_count as int) as billing_interval_count,
    prices.currency,
    items.quantity,
    cast(
        {{ multiply_price('coalesce(prices.unit_amount_decimal, prices.unit_amount)', 'currencies.minor_unit') }}
        as decimal(24, 12)
    ) as unit_price,
    items.created_at as starts_at,
    items.created_on as starts_on,
    cast(null as timestamp) as ends_at,
    cast(null as date) as ends_on,
    coalesce(items.created_at, items.synced_at) as recorded_at

from items

left join prices
    on items.source_account = prices.source_account
    and coalesce(items.price_id, items.plan_id) = prices.price_id

left join currencies
    on prices.currency = currencies.currency
