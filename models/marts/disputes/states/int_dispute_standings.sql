{#- Grain: one case, where it stands and what its clocks show. -#}
with

states as (

    select * from {{ ref('dispute_states') }}

),

episodes as (

    select * from {{ ref('int_dispute_episodes') }}

),

counted as (

    select
        dispute_case_key,
        max(episode_number) as episode_count,
        sum(case when is_sla_breached then 1 else 0 end) as sla_breach_count,
        sum(open_elapsed_minutes) as open_elapsed_minutes,
        sum(open_business_minutes) as open_business_minutes

    from episodes

    group by dispute_case_key

),

estimated as (

    select
        dispute_case_key,
        max(case when is_time_estimated then 1 else 0 end) as has_estimate

    from states

    group by dispute_case_key

)

select
    -- keys
    counted.dispute_case_key,

    -- attributes
    states.dispute_state,
    states.is_open,
    latest.is_clock_paused,
    latest.is_sla_breached,
    estimated.has_estimate = 1 as is_time_estimated,

    -- measures
    counted.episode_count,
    counted.episode_count - 1 as reopen_count,
    cast(counted.sla_breach_count as int) as sla_breach_count,
    latest.sla_business_minutes,
    latest.clock_minutes,
    cast(counted.open_elapsed_minutes as bigint) as open_elapsed_minutes,
    cast(counted.open_business_minutes as bigint) as open_business_minutes,

    -- times
    case when not states.is_open then latest.resolved_at end as resolved_at,
    case when not states.is_open then latest.resolved_on end as resolved_on,
    latest.sla_due_at

from counted

inner join episodes as latest
    on counted.dispute_case_key = latest.dispute_case_key
    and counted.episode_count = latest.episode_number

inner join states
    on counted.dispute_case_key = states.dispute_case_key
    and states.is_current

inner join estimated
    on counted.dispute_case_key = estimated.dispute_case_key
