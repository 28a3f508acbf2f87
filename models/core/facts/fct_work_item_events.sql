{#- Grain: one change of one field of a work item of one source system. -#}
with

work_item_events as (

    select * from {{ ref('cdm_work_item_events') }}

),

parents as (

    select * from {{ ref('fct_work_items') }}

),

placed as (

    select
        work_item_events.*,
        parents.work_item_key as parent_key,
        coalesce(parents.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(parents.is_legal_entity_resolved, false) as is_legal_entity_resolved,
        coalesce(parents.time_zone, 'UTC') as time_zone

    from work_item_events

    left join parents
        on work_item_events.source_system = parents.source_system
        and work_item_events.source_account = parents.source_account
        and work_item_events.source_work_item_id = parents.source_work_item_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.occurred', 'placed.time_zone') }} as occurred_business_on

    from placed

)

select
    -- keys
    {{ source_key('dated', 'work_item_event') }} as work_item_event_key,
    dated.parent_key as work_item_key,
    dated.source_system,
    dated.source_account,
    dated.legal_entity_code,
    dated.source_work_item_event_id,
    dated.source_work_item_id,

    -- attributes
    dated.field_name,
    dated.from_value,
    dated.to_value,
    dated.actor,
    dated.source_work_item_id is null or dated.parent_key is not null as is_work_item_resolved,
    dated.is_legal_entity_resolved,

    -- times
    dated.occurred_at,
    dated.occurred_business_on as occurred_on,
    {{ month_of('dated.occurred_business_on') }} as period_month,
    dated.time_zone,
    dated.recorded_at

from dated
