{#- Grain: one accepted row of the flat file approvals. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__approvals') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_approval_id,
    rows_taken.subject_kind,
    rows_taken.source_subject_id,
    rows_taken.approval_status,
    rows_taken.requested_by,
    rows_taken.approved_by,
    rows_taken.approver_role,
    rows_taken.currency,
    rows_taken.approver_limit_amount,
    rows_taken.requested_at,
    rows_taken.requested_on,
    rows_taken.approved_at,
    rows_taken.approved_on,
    rows_taken.recorded_at

from rows_taken
