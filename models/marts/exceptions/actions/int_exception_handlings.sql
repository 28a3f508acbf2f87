{#- Grain: one exception with what people decided about it, as it stands on the day of the run. -#}
with

actions as (

    select *
    from {{ ref('int_exception_actions') }}
    where counts_from_on <= {{ as_of_date() }}

),

deciding as (

    -- At most one: an action that says the state ends the one before it.
    select
        *,
        row_number() over (
            partition by exception_id order by effective_at desc, row_number desc
        ) as place
    from actions
    where
        state_after is not null
        and (counts_before_on is null or counts_before_on > {{ as_of_date() }})

),

assigning as (

    -- The last of several assignments.
    select
        *,
        row_number() over (
            partition by exception_id order by effective_at desc, row_number desc
        ) as place
    from actions
    where
        sets_assignee
        and (assigns_before_on is null or assigns_before_on > {{ as_of_date() }})

),

subjects as (

    select exception_id
    from actions
    group by exception_id

)

select
    -- keys
    subjects.exception_id,
    deciding.action_id,

    -- attributes
    deciding.action,
    deciding.state_after,
    coalesce(deciding.hides_from_queue, false) as hides_from_queue,
    deciding.actor,
    deciding.approver,
    assigning.assignee,
    deciding.reason_code,
    deciding.note,

    -- measures
    deciding.amount_at_action,
    deciding.returns_above_bps,

    -- times
    deciding.effective_at,
    deciding.expires_at

from subjects

left join deciding
    on subjects.exception_id = deciding.exception_id
    and deciding.place = 1

left join assigning
    on subjects.exception_id = assigning.exception_id
    and assigning.place = 1
