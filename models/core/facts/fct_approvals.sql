{#- Grain: one approval asked for one object. -#}
with

approvals as (

    select * from {{ ref('cdm_approvals') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

placed as (

    select
        approvals.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from approvals

    left join source_entities
        on approvals.source_system = source_entities.source_system
        and approvals.source_account = source_entities.source_account
        and 'default' = source_entities.source_entity_id

)

select
    -- keys
    {{ source_key('placed', 'approval') }} as approval_key,
    placed.source_system,
    placed.source_account,
    placed.legal_entity_code,
    placed.source_approval_id,
    placed.source_subject_id,

    -- attributes
    placed.subject_kind,
    placed.approval_status,
    placed.requested_by,
    placed.approved_by,
    placed.approver_role,
    placed.currency,
    placed.is_legal_entity_resolved,

    -- measures
    placed.approver_limit_amount,

    -- times
    placed.requested_at,
    {{ business_date('placed.requested', 'placed.time_zone') }} as requested_on,
    placed.approved_at,
    {{ business_date('placed.approved', 'placed.time_zone') }} as approved_on,
    placed.time_zone,
    placed.recorded_at

from placed
