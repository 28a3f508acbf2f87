{#- Grain: one report of a producer about what it metered in one window. -#}
with

usage_manifests as (

    select * from {{ ref('cdm_usage_manifests') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }} where source_entity_id = 'default'

),

placed as (

    select
        usage_manifests.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from usage_manifests

    left join source_entities
        on usage_manifests.source_system = source_entities.source_system
        and usage_manifests.source_account = source_entities.source_account

)

select
    -- keys
    {{ source_key('placed', 'usage_manifest') }} as usage_manifest_key,
    placed.source_system,
    placed.source_account,
    placed.legal_entity_code,
    placed.source_usage_manifest_id,

    -- attributes
    placed.meter_code,
    placed.producer_code,
    placed.first_sequence_number,
    placed.last_sequence_number,

    -- measures
    placed.event_count,
    placed.quantity,

    -- times
    placed.window_starts_at,
    {{ business_date('placed.window_starts', 'placed.time_zone') }} as window_starts_on,
    placed.window_ends_at,
    {{ business_date('placed.window_ends', 'placed.time_zone') }} as window_ends_on,
    placed.time_zone,
    placed.recorded_at

from placed
