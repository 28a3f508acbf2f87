{#- Grain: one metered event. -#}
with

events as (

    select * from {{ ref('stg_ops__usage_event') }} where row_disposition = 'accepted'

)

select
    'ops' as source_system,
    events.source_account,
    events.usage_event_id as source_usage_event_id,
    events.idempotency_key,
    events.meter_code,
    events.customer_id as source_customer_id,
    events.subscription_item_id as source_subscription_item_id,
    events.quantity,
    events.occurred_at,
    events.occurred_on,
    events.received_at,
    events.received_on,
    events.recorded_at

from events
