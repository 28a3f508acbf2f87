{{ config(group='marts') }}
-- Law: the states of a case follow each other without gap or overlap from its opening to the end of
-- today; a reopening begins an episode and nothing else does; the clock counts no more than was worked.
with

states as (

    select * from {{ ref('dispute_states') }}

),

followed as (

    select
        states.*,
        lead(states.entered_at) over (
            partition by states.dispute_case_key order by states.state_number
        ) as next_at,
        lag(states.episode_number) over (
            partition by states.dispute_case_key order by states.state_number
        ) as episode_before,
        disputes.opened_at

    from states

    inner join {{ ref('disputes') }} as disputes
        on states.dispute_case_key = disputes.dispute_case_key

)

select
    dispute_case_key,
    state_number,
    case
        when next_at is null and (not is_current or left_at is not null) then 'the last has an end'
        when next_at is not null and (left_at is null or left_at <> next_at) then 'gap or overlap'
        when state_number = 1 and entered_at <> opened_at then 'does not begin at the opening'
        when episode_number - coalesce(episode_before, 0) <> case when is_opening or is_reopening then 1 else 0 end
            then 'episode without reopening'
        when clock_minutes < 0 or business_minutes < clock_minutes or elapsed_minutes < business_minutes
            then 'clock runs wrong'
    end as violation
from followed
where
    (next_at is null and (not is_current or left_at is not null))
    or (next_at is not null and (left_at is null or left_at <> next_at))
    or (state_number = 1 and entered_at <> opened_at)
    or episode_number - coalesce(episode_before, 0) <> case when is_opening or is_reopening then 1 else 0 end
    or clock_minutes < 0
    or business_minutes < clock_minutes
    or elapsed_minutes < business_minutes

union all

select
    disputes.dispute_case_key,
    0 as state_number,
    'has no state' as violation
from {{ ref('disputes') }} as disputes

left join states
    on disputes.dispute_case_key = states.dispute_case_key

where states.dispute_case_key is null
