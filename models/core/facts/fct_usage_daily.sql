{#- Grain: one meter of one customer and charge on one UTC day of one system. -#}
with

usage_events as (

    select * from {{ ref('cdm_usage_events') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

daily as (

    select
        source_system,
        source_account,
        meter_code,
        coalesce(source_customer_id, '') as source_customer_id,
        coalesce(source_subscription_item_id, '') as source_subscription_item_id,
        coalesce(occurred_on, cast(occurred_at as date)) as used_on,
        count(*) as event_count,
        cast(sum(quantity) as decimal(38, 6)) as quantity

    from usage_events

    group by 1, 2, 3, 4, 5, 6

)

select
    -- keys
    daily.source_system,
    daily.source_account,
    daily.meter_code,
    daily.source_customer_id,
    daily.source_subscription_item_id,
    customer_ids.customer_key,

    -- measures
    daily.event_count,
    daily.quantity as used_quantity,

    -- times
    daily.used_on

from daily

left join customer_ids
    on daily.source_system = customer_ids.source_system
    and daily.source_account = customer_ids.source_account
    and daily.source_customer_id = customer_ids.source_customer_id
