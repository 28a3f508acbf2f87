{#- Grain: one approval asked for. -#}
with

approvals as (

    select * from {{ ref('stg_ops__approval') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('ops', 'approval', 'status') }}

),

decided as (

    select
        approvals.*,
        statuses.canonical_value as decision,
        statuses.canonical_value = 'approved' as is_approved

    from approvals

    inner join statuses
        on approvals.approval_status = statuses.raw_value

)

select
    'ops' as source_system,
    decided.source_account,
    decided.approval_id as source_approval_id,
    -- A write-off is an adjustment; the other words are canonical ones already.
    case decided.subject_kind when 'write_off' then 'adjustment' else decided.subject_kind end
        as subject_kind,
    decided.subject_id as source_subject_id,
    decided.decision as approval_status,
    decided.requested_by,
    -- Who refused has not approved.
    case when decided.is_approved then decided.decided_by end as approved_by,
    case when decided.is_approved then decided.decider_role end as approver_role,
    decided.currency,
    case when decided.is_approved then decided.limit_amount end as approver_limit_amount,
    decided.requested_at,
    decided.requested_on,
    case when decided.is_approved then decided.decided_at end as approved_at,
    case when decided.is_approved then decided.decided_on end as approved_on,
    decided.recorded_at

from decided
