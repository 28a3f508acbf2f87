{#- Grain: one check in this run, and whether it ran. -#}
with

checks as (

    select * from {{ ref('exception_checks') }}

),

python_runs as (

    -- A check in Python that has no row of its own stands under the one for all such. It ran when
    -- all of them did.
    select
        coalesce(checks.check_id, 'python_finding') as check_id,
        count(*) as run_count,
        count(case when runs.check_status = 'ran' then 1 end) as ran_count

    from {{ source('checks', 'check_runs') }} as runs

    left join checks
        on runs.check_id = checks.check_id
        and checks.source = 'python'

    group by coalesce(checks.check_id, 'python_finding')

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
