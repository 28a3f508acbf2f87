{#- Grain: one row of the file of actions, typed, with the reason where it does not count. -#}
with

actions as (

    select * from {{ source('actions', 'exception_actions') }}

),

kinds as (

    select * from {{ ref('exception_action_kinds') }}

),

observations as (

    {{ logged_observations([]) }}

),

-- Whoever wrote the id of a check that was renamed since means the same exception. `union` takes the
-- rows of many runs as one.
subjects as (

    select
        exception_id as written_exception_id,
        exception_id
    from observations
    union
    select
        logged_exception_id,
        exception_id
    from observations

),

typed as (

    {{ timed_actions('actions') }}

)

select
    -- keys
    typed.action_id,
    typed.row_number,
    coalesce(subjects.exception_id, typed.exception_id) as exception_id,
    typed.action,

    -- attributes
    typed.actor,
    typed.approver,
    typed.assignee,
    typed.reason_code,
    typed.note,
    typed.evidence_uri,
    case
        when typed.action is null then 'the action is empty'
        when kinds.action is null then 'no such action: ' || typed.action
        when typed.exception_id is null then 'the exception_id is empty'
        when subjects.exception_id is null then 'there is no such exception'
        {{ when_a_decision_does_not_count('kinds.needs_reason') }}
        when kinds.needs_note and typed.note is null then 'the note is empty'
        when kinds.sets_assignee and typed.assignee is null then 'the assignee is empty'
        when
            typed.amount_at_action is not null
            and {{ to_decimal('typed.amount_at_action', 38, 4) }} is null
            then 'the amount_at_action is no amount: ' || typed.amount_at_action
        {{ when_an_action_ends_wrongly() }}
    end as rejection_reason,

    -- measures
    {{ to_decimal('typed.amount_at_action', 38, 4) }} as amount_at_action,

    -- times
    typed.effective_from_at as effective_at,
    typed.effective_before_at as expires_at

from typed

left join kinds
    on typed.action = kinds.action

left join subjects
    on typed.exception_id = subjects.written_exception_id
