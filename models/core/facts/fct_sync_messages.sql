{#- Grain: one sync message of one source system. -#}
with

sync_messages as (

    select * from {{ ref('cdm_sync_messages') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

placed as (

    select
        sync_messages.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from sync_messages

    left join source_entities
        on sync_messages.source_system = source_entities.source_system
        and sync_messages.source_account = source_entities.source_account
        and 'default' = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.created', 'placed.time_zone') }} as created_business_on,
        {{ business_date('placed.attempted', 'placed.time_zone') }} as attempted_business_on,
        {{ business_date('placed.delivered', 'placed.time_zone') }} as delivered_business_on

    from placed

)

select
    -- keys
    {{ source_key('dated', 'sync_message') }} as sync_message_key,
    dated.source_system,
    dated.source_account,
    dated.legal_entity_code,
    dated.source_sync_message_id,
    dated.source_object_id,

    -- attributes
    dated.message_key,
    dated.interface_code,
    dated.target_system,
    dated.object_kind,
    dated.attempt_number,
    dated.message_status,
    dated.error_code,
    dated.is_legal_entity_resolved,
    dated.books_currency as functional_currency,

    -- times
    dated.created_at,
    dated.created_business_on as created_on,
    dated.attempted_at,
    dated.attempted_business_on as attempted_on,
    dated.delivered_at,
    dated.delivered_business_on as delivered_on,
    {{ month_of('dated.created_business_on') }} as period_month,
    dated.time_zone,
    dated.recorded_at

from dated
