{#- Grain: one finding of the latest run of one Python check. -#}
with

check_runs as (

    select * from {{ source('checks', 'check_runs') }}

),

findings as (

    select * from {{ source('checks', 'findings') }}

),

latest_runs as (

    select
        check_id,
        max(run_id) as run_id

    from check_runs

    where finished_at is not null

    group by check_id

)

select
    -- keys
    findings.run_id,
    findings.check_id,
    findings.subject_key,

    -- attributes
    findings.observed,
    findings.expected,
    findings.reason,

    -- measures
    findings.score,

    -- times
    findings.found_on

from findings

inner join latest_runs
    on findings.check_id = latest_runs.check_id
    and findings.run_id = latest_runs.run_id
