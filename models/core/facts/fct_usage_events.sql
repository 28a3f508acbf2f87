{#- Grain: one metered event. -#}
with

usage_events as (

    select * from {{ ref('cdm_usage_events') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }} where source_entity_id = 'default'

),

placed as (

    select
        usage_events.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from usage_events

    left join source_entities
        on usage_events.source_system = source_entities.source_system
        and usage_events.source_account = source_entities.source_account

)

select
    -- keys
    {{ source_key('placed', 'usage_event') }} as usage_event_key,
    placed.source_system,
    placed.source_account,
    placed.legal_entity_code,
    placed.source_usage_event_id,
    placed.idempotency_key,
    placed.source_customer_id,
    placed.source_subscription_item_id,

    -- attributes
    placed.meter_code,

    -- measures
    placed.quantity,

    -- times
    placed.occurred_at,
    {{ business_date('placed.occurred', 'placed.time_zone') }} as occurred_on,
    placed.received_at,
    {{ business_date('placed.received', 'placed.time_zone') }} as received_on,
    placed.time_zone,
    placed.recorded_at

from placed
