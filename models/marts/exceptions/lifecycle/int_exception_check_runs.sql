{#- Grain: one check in this run, and whether it ran. -#}
with

checks as (

    select * from {{ ref('exception_checks') }}

),

python_runs as (

    select
        check_id,
        count(*) as run_count,
        count(case when check_status = 'ran' then 1 end) as ran_count

    from {{ source('checks', 'check_runs') }}

    group by check_id

)

select
    -- keys
    checks.check_id,

    -- attributes
    -- A check in SQL has run when its model was built, or there would be nothing here.
    case
        when checks.source <> 'python' or python_runs.ran_count = python_runs.run_count then 'ran'
        when python_runs.check_id is null then 'skipped'
        else 'failed'
    end as check_status,

    -- times
    {{ as_of_date() }} as as_of_date,
    {{ run_started() }} as run_at

from checks

left join python_runs
    on checks.check_id = python_runs.check_id
