{#- Grain: one action that counts, with the days on which it does. -#}
with

counted as (

    select * from {{ ref('int_exception_action_rows') }} where rejection_reason is null

),

runs as (

    select * from {{ ref('int_exception_run_days') }} where not is_look_back

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

-- From its own day; where data lags behind the calendar, from the day of the first run after it: the
-- queue of that day is the first that can show it.
begun as (

    select
        counted.action_id,
        least(
            cast(counted.effective_at as date),
            coalesce(min(runs.run_on), cast(counted.effective_at as date))
        ) as counts_from_on

    from counted

    left join runs
        on counted.effective_at <= runs.run_at

    group by counted.action_id, counted.effective_at

),

-- It lasts as many days as it says.
actions as (

    select
        counted.*,
        begun.counts_from_on,
        cast({{ dbt.dateadd(
            'day',
            dbt.datediff('counted.effective_at', 'counted.expires_at', 'day'),
            'begun.counts_from_on',
        ) }} as date) as expires_on

    from counted

    inner join begun
        on counted.action_id = begun.action_id

),

-- What was open when somebody acted is over when its check no longer sees it.
lapsed as (

    select
        actions.action_id,
        min(episodes.resolved_on) as lapses_on

    from actions

    inner join episodes
        on actions.exception_id = episodes.exception_id
        and actions.counts_from_on < episodes.resolved_on

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
        min(later.counts_from_on) as ends_on,
        min(case when later_kinds.voids_earlier then later.counts_from_on end)
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
    actions.counts_from_on,
    -- The state that it says; the assignee stays until the exception is reopened or resolved.
    {{ earliest_of([
        'following.ends_on', 'lapsed.lapses_on', 'actions.expires_on',
    ]) }} as counts_before_on,
    {{ earliest_of([
        'following.voided_on', 'lapsed.lapses_on', 'actions.expires_on',
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
