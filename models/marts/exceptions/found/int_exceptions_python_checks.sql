{#- Grain: one thing that the latest run of a Python check found something about. -#}
with

findings as (

    select * from {{ ref('check_findings') }}

),

exception_checks as (

    select * from {{ ref('exception_checks') }}

),

gathered as (

    -- A check may find several things about one subject: it is one thing to look at.
    select
        check_id,
        subject_key,
        min(reason) as reason,
        min(observed) as observed,
        min(expected) as expected,
        count(*) as finding_count,
        max(score) as score,
        min(found_on) as found_on

    from findings

    group by check_id, subject_key

)

select
    -- keys
    coalesce(exception_checks.check_id, 'python_finding') as check_id,
    'unassigned' as legal_entity_code,
    {{ joined_key(['gathered.check_id', 'gathered.subject_key']) }} as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'check_findings' as source_table,
    gathered.subject_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    gathered.check_id as cause_code,
    coalesce(
        gathered.reason,
        'observed ' || coalesce(gathered.observed, 'nothing') || ', expected '
        || coalesce(gathered.expected, 'nothing')
    ) || ' (' || gathered.subject_key || ')' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('marts.check_findings', {
        'check_id': 'gathered.check_id', 'subject_key': 'gathered.subject_key',
    }) }} as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    gathered.found_on as occurred_on,
    cast(null as date) as due_on

from gathered

left join exception_checks
    on gathered.check_id = exception_checks.check_id
    and exception_checks.source = 'python'
