{#- Grain: one change of one setting of one source system. -#}
with

config_changes as (

    select * from {{ ref('cdm_config_changes') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

known_work_items as (

    -- The log of settings and the tracker are different systems: an id that two trackers use names
    -- no work item.
    select
        source_work_item_id,
        min(work_item_key) as work_item_key

    from {{ ref('fct_work_items') }}

    group by source_work_item_id

    having count(*) = 1

),

placed as (

    select
        config_changes.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from config_changes

    left join source_entities
        on config_changes.source_system = source_entities.source_system
        and config_changes.source_account = source_entities.source_account
        and 'default' = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.changed', 'placed.time_zone') }} as changed_business_on

    from placed

)

select
    -- keys
    {{ source_key('dated', 'config_change') }} as config_change_key,
    known_work_items.work_item_key,
    dated.source_system,
    dated.source_account,
    dated.legal_entity_code,
    dated.source_config_change_id,
    dated.source_object_id,
    dated.source_work_item_id,

    -- attributes
    dated.object_kind,
    dated.field_name,
    dated.from_value,
    dated.to_value,
    dated.changed_by,
    dated.approved_by,
    dated.source_work_item_id is null
    or known_work_items.work_item_key is not null as is_work_item_resolved,
    dated.is_legal_entity_resolved,

    -- times
    dated.changed_at,
    dated.changed_business_on as changed_on,
    {{ month_of('dated.changed_business_on') }} as period_month,
    dated.time_zone,
    dated.recorded_at

from dated

left join known_work_items
    on dated.source_work_item_id = known_work_items.source_work_item_id
