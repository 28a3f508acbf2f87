{#- Grain: one exception with its life so far, its age and its deadline. -#}
with

known as (

    select * from {{ ref('int_exceptions_known') }}

),

episodes as (

    select * from {{ ref('int_exception_episodes') }}

),

checks as (

    select * from {{ ref('exception_checks') }}

),

business_days as (

    -- The days of the clock of that name.
    select
        *,
        'business' as sla_clock

    from {{ ref('int_business_days') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

lives as (

    select
        exception_id,
        count(*) as episode_count,
        min(first_seen_at) as first_seen_at,
        min(first_seen_on) as first_seen_on
    from episodes
    group by exception_id

),

-- The clock starts when it was seen, anew with each time that it came back.
started as (

    select
        known.exception_id,
        known.legal_entity_code,
        known.due_on,
        checks.sla_days,
        checks.sla_clock,
        latest.first_seen_on as came_on,
        latest.last_seen_at,
        latest.last_seen_on,
        latest.resolved_at,
        latest.resolved_on,
        coalesce(latest.resolved_on, run_dates.as_of_date) as stands_on,
        least(latest.first_seen_on, coalesce(known.occurred_on, latest.first_seen_on))
            as aged_on

    from known

    inner join episodes as latest
        on known.exception_id = latest.exception_id
        and known.missed_run_count = latest.missed_run_count

    left join checks
        on known.check_id = checks.check_id

    cross join run_dates

),

due as (

    -- Its own deadline; else working days where the check counts them and the entity has a
    -- calendar; else days.
    select
        started.*,
        coalesce(
            started.due_on,
            due_days.calendar_on,
            cast({{ dbt.dateadd('day', 'started.sla_days', 'started.came_on') }} as date)
        ) as sla_due_on

    from started

    left join business_days as first_days
        on started.legal_entity_code = first_days.legal_entity_code
        and started.came_on = first_days.calendar_on

    left join business_days as due_days
        on started.sla_clock = due_days.sla_clock
        and first_days.legal_entity_code = due_days.legal_entity_code
        and first_days.business_day_number + started.sla_days = due_days.business_day_number
        and due_days.is_business_day

)

select
    -- keys
    due.exception_id,

    -- attributes
    coalesce(due.stands_on > due.sla_due_on, false) as is_sla_breached,

    -- measures
    lives.episode_count,
    lives.episode_count - 1 as reopen_count,
    {{ dbt.datediff('due.aged_on', 'due.stands_on', 'day') }}
        as age_days,

    -- times
    lives.first_seen_at,
    lives.first_seen_on,
    due.last_seen_at,
    due.last_seen_on,
    due.resolved_at,
    due.resolved_on,
    due.sla_due_on,
    -- The end of that day.
    cast({{ dbt.dateadd('day', 1, 'due.sla_due_on') }} as timestamp) as sla_due_at

from due

inner join lives
    on due.exception_id = lives.exception_id
