{#- Grain: one exception as its check saw it last. -#}
with

observations as (

    {{ logged_observations([
        'legal_entity_code', 'natural_key', 'customer_key', 'source_table', 'source_key',
        'severity_code', 'owner_code', 'cause_code', 'evidence', 'next_step', 'drill_sql',
        'occurrence_count', 'occurred_on', 'due_on',
    ]) }}

),

runs as (

    select * from {{ ref('int_exception_runs') }}

),

seen_last as (

    select * from {{ ref('int_exception_log') }} where is_latest

),

ranked as (

    -- More than one row where two checks became one: the worse speaks, as when both are found.
    select
        observations.*,
        seen_last.missed_run_count,
        seen_last.amount_at_risk_reporting,
        row_number() over (
            partition by observations.exception_id
            order by observations.severity_code, observations.logged_exception_id
        ) as place,
        sum(observations.occurrence_count) over (
            partition by observations.exception_id
        ) as all_occurrence_count

    from observations

    inner join seen_last
        on observations.exception_id = seen_last.exception_id

    inner join runs
        on seen_last.check_id = runs.check_id
        and seen_last.check_run_number = runs.check_run_number
        and observations.run_id = runs.run_id

)

select
    -- keys
    exception_id,
    check_id,
    coalesce(legal_entity_code, 'unassigned') as legal_entity_code,
    natural_key,
    customer_key,
    source_table,
    source_key,

    -- attributes
    coalesce(severity_code, 'unknown') as severity_code,
    coalesce(owner_code, 'unknown') as owner_code,
    coalesce(cause_code, 'unknown') as cause_code,
    evidence,
    next_step,
    coalesce(drill_sql, {{ drill_into_exception('exception_id') }}) as drill_sql,

    -- measures
    cast(all_occurrence_count as bigint) as occurrence_count,
    missed_run_count,
    amount_at_risk_reporting,

    -- times
    occurred_on,
    due_on

from ranked

where place = 1
