{#- Grain: one exception in one run of its check that saw it. -#}
with

observations as (

    {{ logged_observations(['amount_at_risk_reporting']) }}

),

runs as (

    select * from {{ ref('int_exception_runs') }}

),

seen as (

    -- More than one row where two checks became one.
    select
        check_id,
        exception_id,
        run_id,
        cast(sum(amount_at_risk_reporting) as decimal(38, 4)) as amount_at_risk_reporting
    from observations
    group by check_id, exception_id, run_id

),

ordered as (

    select
        seen.exception_id,
        seen.check_id,
        seen.amount_at_risk_reporting,
        runs.check_run_number,
        runs.run_at,
        runs.run_on,
        runs.next_run_at,
        runs.next_run_on,
        row_number() over (
            partition by seen.exception_id order by runs.check_run_number
        ) as sighting_number,
        lag(runs.check_run_number) over (
            partition by seen.exception_id order by runs.check_run_number
        ) as previous_run_number,
        lag(seen.amount_at_risk_reporting) over (
            partition by seen.exception_id order by runs.check_run_number
        ) as previous_amount_reporting,
        lead(runs.check_run_number) over (
            partition by seen.exception_id order by runs.check_run_number
        ) as following_run_number

    from seen

    inner join runs
        on seen.check_id = runs.check_id
        and seen.run_id = runs.run_id

),

judged as (

    select
        *,
        previous_run_number is null
        or previous_run_number <> check_run_number - 1 as is_first_of_episode
    from ordered

)

select
    -- keys
    exception_id,
    check_run_number,
    check_id,

    -- attributes
    is_first_of_episode,
    following_run_number is null as is_latest,

    -- measures
    -- The same in all runs of one stretch, and more in the next.
    check_run_number - sighting_number as missed_run_count,
    amount_at_risk_reporting,
    cast(
        case
            when is_first_of_episode then 0
            else coalesce(amount_at_risk_reporting, 0) - coalesce(previous_amount_reporting, 0)
        end as decimal(38, 4)
    ) as amount_changed_reporting,

    -- times
    run_at,
    run_on,
    next_run_at,
    next_run_on

from judged
