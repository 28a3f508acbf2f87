{#- Grain: one row of the file of actions that does not count, with the reason. -#}
with

actions as (

    select * from {{ ref('int_exception_action_rows') }}

)

select
    -- keys
    action_id,
    row_number as action_row_number,
    exception_id,
    action as exception_action,

    -- attributes
    actor,
    approver,
    assignee,
    reason_code,
    note as action_note,
    evidence_uri,
    rejection_reason,

    -- times
    effective_at,
    expires_at

from actions

where rejection_reason is not null
