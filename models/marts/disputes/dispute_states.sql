{#- Grain: one state of one case from one instant to the next. -#}
with

case_states as (

    select * from {{ ref('int_dispute_case_states') }}

),

places as (

    select * from {{ ref('int_dispute_case_places') }}

),

calendar as (

    select * from {{ ref('int_business_minutes') }}

),

numbered as (

    select
        case_states.*,
        places.legal_entity_code,
        places.time_zone,
        places.now_at,
        row_number() over (
            partition by case_states.dispute_case_key order by case_states.entered_at
        ) as state_number,
        1 + sum(case when case_states.is_reopening then 1 else 0 end) over (
            partition by case_states.dispute_case_key
            order by case_states.entered_at
            rows between unbounded preceding and current row
        ) as episode_number,
        lead(case_states.entered_at) over (
            partition by case_states.dispute_case_key order by case_states.entered_at
        ) as left_at

    from case_states

    inner join places
        on case_states.dispute_case_key = places.dispute_case_key

),

walled as (

    select
        numbered.*,
        coalesce(left_at, now_at) as measured_until_at,
        {{ local_time('entered_at', 'time_zone') }} as wall_from,
        {{ local_time('coalesce(left_at, now_at)', 'time_zone') }} as wall_until

    from numbered

),

counted as (

    select
        walled.*,
        {{ business_minutes_until('walled.wall_from', 'first_days') }} as minutes_at_start,
        {{ business_minutes_until('walled.wall_until', 'last_days') }} as minutes_at_end

    from walled

    inner join calendar as first_days
        on walled.legal_entity_code = first_days.legal_entity_code
        and cast(walled.wall_from as date) = first_days.calendar_on

    inner join calendar as last_days
        on walled.legal_entity_code = last_days.legal_entity_code
        and cast(walled.wall_until as date) = last_days.calendar_on

)

select
    -- keys
    dispute_case_key,
    cast(state_number as int) as state_number,
    legal_entity_code,

    -- attributes
    cast(episode_number as int) as episode_number,
    dispute_state,
    is_open,
    pauses_clock,
    is_opening,
    is_reopening,
    is_resolution,
    left_at is null as is_current,
    is_time_estimated,

    -- measures
    cast(
        {{ dbt.datediff('entered_at', 'measured_until_at', 'minute') }}
        as bigint
    ) as elapsed_minutes,
    cast(minutes_at_end - minutes_at_start as bigint) as business_minutes,
    cast(case when pauses_clock then 0 else minutes_at_end - minutes_at_start end as bigint)
        as clock_minutes,
    minutes_at_start as business_minute_number,

    -- times
    entered_at,
    cast(wall_from as date) as entered_on,
    left_at,
    case when left_at is not null then cast(wall_until as date) end as left_on,
    measured_until_at,
    time_zone

from counted
