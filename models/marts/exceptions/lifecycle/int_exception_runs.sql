{#- Grain: one check in one run in which it ran, in the order of the runs of that check. -#}
with

check_runs as (

    {{ logged_check_runs() }}

),

counted as (

    -- A run that looked back, a rerun of March in May, sees the log up to March and leaves no mark
    -- on the life of what was seen since.
    select
        run_id,
        run_at,
        run_on
    from {{ ref('int_exception_run_days') }}
    where
        run_id = 'this run'
        or (run_on <= {{ as_of_date() }} and not is_look_back)

),

ran as (

    -- Of two checks that became one, both must have run.
    select
        check_id,
        run_id
    from check_runs
    group by check_id, run_id
    having count(*) = count(case when check_status = 'ran' then 1 end)

),

placed as (

    select
        ran.check_id,
        ran.run_id,
        counted.run_at,
        counted.run_on,
        row_number() over (
            partition by ran.check_id order by counted.run_at, ran.run_id
        ) as check_run_number,
        lead(counted.run_at) over (
            partition by ran.check_id order by counted.run_at, ran.run_id
        ) as next_run_at,
        lead(counted.run_on) over (
            partition by ran.check_id order by counted.run_at, ran.run_id
        ) as next_run_on

    from ran

    inner join counted
        on ran.run_id = counted.run_id

)

select
    -- keys
    check_id,
    run_id,

    -- measures
    cast(check_run_number as bigint) as check_run_number,

    -- times
    run_at,
    run_on,
    next_run_at,
    next_run_on

from placed
