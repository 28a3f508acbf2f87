{#- Grain: one charge of one subscription. -#}
with

subscription_items as (

    select * from {{ ref('cdm_subscription_items') }}

),

parents as (

    select * from {{ ref('fct_subscriptions') }}

),

prices as (

    select * from {{ ref('dim_prices') }}

)

select
    -- keys
    {{ source_key('subscription_items', 'subscription_item') }} as subscription_item_key,
    parents.subscription_key,
    prices.price_key,
    parents.customer_key,
    subscription_items.source_system,
    subscription_items.source_account,
    coalesce(parents.legal_entity_code, 'unassigned') as legal_entity_code,
    subscription_items.source_subscription_item_id,
    subscription_items.source_subscription_id,
    subscription_items.source_product_id,
    subscription_items.source_price_id,
    subscription_items.source_contract_line_id,

    -- attributes
    parents.subscription_status,
    subscription_items.charge_kind,
    subscription_items.billing_interval,
    subscription_items.billing_interval_count,
    subscription_items.currency,
    parents.subscription_key is not null as is_subscription_resolved,
    parents.functional_currency,

    -- measures
    subscription_items.quantity,
    subscription_items.unit_price,

    -- times
    subscription_items.starts_at,
    {{ business_date('subscription_items.starts', "coalesce(parents.time_zone, 'UTC')") }} as starts_on,
    subscription_items.ends_at,
    {{ business_date('subscription_items.ends', "coalesce(parents.time_zone, 'UTC')") }} as ends_on,
    subscription_items.recorded_at

from subscription_items

left join parents
    on subscription_items.source_system = parents.source_system
    and subscription_items.source_account = parents.source_account
    and subscription_items.source_subscription_id = parents.source_subscription_id

left join prices
    on subscription_items.source_system = prices.source_system
    and subscription_items.source_account = prices.source_account
    and subscription_items.source_price_id = prices.source_price_id
