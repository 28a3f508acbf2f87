{#- Grain: one episode of one case: from its opening, or reopening, to its next end. -#}
with

states as (

    select * from {{ ref('dispute_states') }}

),

places as (

    select * from {{ ref('int_dispute_case_places') }}

),

calendar as (

    select * from {{ ref('int_business_minutes') }}

),

running as (

    select
        states.*,
        places.sla_business_minutes,
        coalesce(
            sum(states.clock_minutes) over (
                partition by states.dispute_case_key, states.episode_number
                order by states.state_number
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as used_before

    from states

    inner join places
        on states.dispute_case_key = places.dispute_case_key

),

crossed as (

    -- The state in which the time runs out; where it has not yet, the one in which the clock runs.
    select
        dispute_case_key,
        episode_number,
        min(
            case
                when
                    not pauses_clock
                    and used_before < sla_business_minutes
                    and (used_before + clock_minutes >= sla_business_minutes or is_current)
                    then business_minute_number + sla_business_minutes - used_before
            end
        ) as due_minute_number

    from running

    group by dispute_case_key, episode_number

),

summed as (

    select
        dispute_case_key,
        legal_entity_code,
        episode_number,
        max(sla_business_minutes) as sla_business_minutes,
        sum(clock_minutes) as clock_minutes,
        sum(case when is_open then elapsed_minutes else 0 end) as open_elapsed_minutes,
        sum(case when is_open then business_minutes else 0 end) as open_business_minutes,
        min(entered_at) as opened_at,
        min(entered_on) as opened_on,
        min(case when is_resolution then entered_at end) as resolved_at,
        min(case when is_resolution then entered_on end) as resolved_on,
        max(case when is_current and is_open then 1 else 0 end) as is_running,
        max(case when is_current and is_open and pauses_clock then 1 else 0 end) as is_paused,
        max(time_zone) as time_zone

    from running

    group by dispute_case_key, legal_entity_code, episode_number

),

due as (

    select
        crossed.dispute_case_key,
        crossed.episode_number,
        cast({{ dbt.dateadd(
            'minute',
            'cast(calendar.opens_at_minute + crossed.due_minute_number - calendar.minutes_before as int)',
            'cast(calendar.calendar_on as timestamp)'
        ) }} as timestamp) as due_wall_time

    from crossed

    inner join summed
        on crossed.dispute_case_key = summed.dispute_case_key
        and crossed.episode_number = summed.episode_number

    inner join calendar
        on summed.legal_entity_code = calendar.legal_entity_code
        and crossed.due_minute_number > calendar.minutes_before
        and crossed.due_minute_number <= calendar.minutes_before + calendar.minutes_of_day

)

select
    -- keys
    summed.dispute_case_key,
    cast(summed.episode_number as int) as episode_number,

    -- attributes
    summed.is_running = 1 as is_running,
    summed.is_paused = 1 as is_clock_paused,
    coalesce(summed.clock_minutes > summed.sla_business_minutes, false) as is_sla_breached,

    -- measures
    cast(summed.sla_business_minutes as int) as sla_business_minutes,
    cast(summed.clock_minutes as bigint) as clock_minutes,
    cast(summed.open_elapsed_minutes as bigint) as open_elapsed_minutes,
    cast(summed.open_business_minutes as bigint) as open_business_minutes,

    -- times
    summed.opened_at,
    summed.opened_on,
    summed.resolved_at,
    summed.resolved_on,
    {{ instant_of('due.due_wall_time', 'summed.time_zone') }} as sla_due_at

from summed

left join due
    on summed.dispute_case_key = due.dispute_case_key
    and summed.episode_number = due.episode_number
