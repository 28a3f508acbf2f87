{#- Grain: one run, with the day that it looked from and whether it looked back. -#}
with

check_runs as (

    {{ logged_check_runs() }}

),

runs as (

    select
        run_id,
        run_at,
        max(as_of_date) as run_on
    from check_runs
    group by run_id, run_at

),

ordered as (

    select
        *,
        max(run_on) over (
            order by run_at, run_id rows between unbounded preceding and 1 preceding
        ) as latest_run_on
    from runs

)

select
    -- keys
    run_id,

    -- attributes
    coalesce(run_on < latest_run_on, false) as is_look_back,

    -- times
    run_at,
    run_on

from ordered
