{#- Grain: one action that counts, with the days on which it does. -#}
with

actions as (

    select * from {{ ref('int_exception_action_rows') }} where rejection_reason is null

),

kinds as (

    select * from {{ ref('exception_action_kinds') }}

),

episodes as (

    select * from {{ ref('int_exception_episodes') }}

),

seen as (

    select * from {{ ref('int_exception_log') }}

),

-- What was open when somebody acted is over when its check no longer sees it.
lapsed as (

    select
        actions.action_id,
        min(episodes.resolved_on) as lapses_on

    from actions

    inner join episodes
        on actions.exception_id = episodes.exception_id
        and cast(actions.effective_at as date) < episodes.resolved_on

    group by actions.action_id

),

-- What the log knew at that instant; of an action older than the log, the first that it knew.
numbered as (

    select
        actions.action_id,
        seen.amount_at_risk_reporting,
        row_number() over (
            partition by actions.action_id
            order by
                case when seen.run_at <= actions.effective_at then 0 else 1 end,
                case when seen.run_at <= actions.effective_at then seen.check_run_number end desc,
                seen.check_run_number
        ) as place

    from actions

    inner join seen
        on actions.exception_id = seen.exception_id

),

following as (

    -- Only an action that says the state ends one before it; the row added later decides.
    select
        actions.action_id,
        min(cast(later.effective_at as date)) as ends_on,
        min(case when later_kinds.voids_earlier then cast(later.effective_at as date) end)
            as voided_on

    from actions

    inner join actions as later
        on actions.exception_id = later.exception_id
        and (
            actions.effective_at < later.effective_at
            or (
                actions.effective_at = later.effective_at
                and actions.row_number < later.row_number
            )
        )

    inner join kinds as later_kinds
        on later.action = later_kinds.action
        and later_kinds.state_after is not null

    group by actions.action_id

)

select
    -- keys
    actions.action_id,
    actions.row_number,
    actions.exception_id,
    actions.action,

    -- attributes
    actions.actor,
    actions.approver,
    actions.assignee,
    actions.reason_code,
    actions.note,
    actions.evidence_uri,
    kinds.state_after,
    kinds.hides_from_queue,
    kinds.sets_assignee,

    -- measures
    coalesce(actions.amount_at_action, numbered.amount_at_risk_reporting) as amount_at_action,
    kinds.returns_above_bps,

    -- times
    actions.effective_at,
    actions.expires_at,
    cast(actions.effective_at as date) as counts_from_on,
    -- The state that it says; the assignee stays until the exception is reopened or resolved.
    {{ earliest_of([
        'following.ends_on', 'lapsed.lapses_on', 'cast(actions.expires_at as date)',
    ]) }} as counts_before_on,
    {{ earliest_of([
        'following.voided_on', 'lapsed.lapses_on', 'cast(actions.expires_at as date)',
    ]) }} as assigns_before_on

from actions

inner join kinds
    on actions.action = kinds.action

left join numbered
    on actions.action_id = numbered.action_id
    and numbered.place = 1

left join lapsed
    on actions.action_id = lapsed.action_id

left join following
    on actions.action_id = following.action_id
