{#- Grain: one stretch of consecutive runs of its check in which one exception was seen. -#}
with

seen as (

    select * from {{ ref('int_exception_log') }}

)

select
    -- keys
    exception_id,
    cast(
        row_number() over (partition by exception_id order by missed_run_count) as bigint
    ) as episode_number,
    check_id,

    -- measures
    missed_run_count,
    count(*) as observation_count,
    cast(
        coalesce(max(case when is_first_of_episode then amount_at_risk_reporting end), 0)
        as decimal(38, 4)
    ) as first_amount_reporting,
    cast(
        coalesce(max(case when is_first_of_episode then amount_at_risk_reporting end), 0)
        + sum(amount_changed_reporting) as decimal(38, 4)
    ) as last_amount_reporting,

    -- times
    min(run_at) as first_seen_at,
    max(run_at) as last_seen_at,
    min(run_on) as first_seen_on,
    max(run_on) as last_seen_on,
    -- Only the latest run of a check has no next one: what it saw is open.
    case when count(next_run_at) = count(*) then max(next_run_at) end as resolved_at,
    case when count(next_run_at) = count(*) then max(next_run_on) end as resolved_on

from seen

group by exception_id, missed_run_count, check_id
