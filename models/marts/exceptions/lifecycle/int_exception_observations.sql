{#- Grain: one exception that this run sees. -#}
with

found as (

    select * from {{ ref('int_exceptions_found') }}

),

checks as (

    select * from {{ ref('exception_checks') }}

),

check_runs as (

    select * from {{ ref('int_exception_check_runs') }} where check_status = 'ran'

),

below_floor as (

    select max(severity_code) as severity_code
    from {{ ref('exception_severities') }}
    where is_below_floor

),

judged as (

    -- What a check found before it failed does not count: it would look as if the rest was gone.
    select
        found.check_id,
        found.legal_entity_code,
        found.natural_key,
        found.customer_key,
        found.source_table,
        found.source_key,
        found.cause_code,
        found.evidence,
        found.drill_sql,
        found.amount_at_risk_reporting,
        found.occurred_on,
        found.due_on,
        checks.floor_amount_reporting,
        check_runs.as_of_date,
        check_runs.run_at,
        coalesce(found.severity_code, checks.severity_code) as severity_code,
        coalesce(found.owner_code, checks.owner_code) as owner_code,
        coalesce(found.next_step, checks.next_step) as next_step

    from found

    inner join check_runs
        on found.check_id = check_runs.check_id

    inner join checks
        on found.check_id = checks.check_id

),

-- Rows with one id are one exception: the worst and largest speaks for them, and their amounts add up.
gathered as (

    select
        judged.*,
        row_number() over (
            partition by check_id, legal_entity_code, natural_key
            order by
                severity_code asc,
                amount_at_risk_reporting desc nulls last,
                source_table asc,
                source_key asc,
                evidence asc,
                owner_code asc,
                cause_code asc
        ) as place,
        count(*) over (partition by check_id, legal_entity_code, natural_key) as occurrence_count,
        cast(
            sum(amount_at_risk_reporting)
                over (partition by check_id, legal_entity_code, natural_key)
            as decimal(38, 4)
        ) as gathered_amount_reporting,
        min(occurred_on)
            over (partition by check_id, legal_entity_code, natural_key)
            as first_occurred_on,
        min(due_on)
            over (partition by check_id, legal_entity_code, natural_key)
            as first_due_on

    from judged

)

select
    -- keys
    {{ exception_key('gathered.check_id', 'gathered.legal_entity_code', 'gathered.natural_key') }}
        as exception_id,
    gathered.check_id,
    gathered.legal_entity_code,
    gathered.natural_key,
    gathered.customer_key,
    gathered.source_table,
    gathered.source_key,

    -- attributes
    case
        when gathered.gathered_amount_reporting < gathered.floor_amount_reporting
            then below_floor.severity_code
        else gathered.severity_code
    end as severity_code,
    gathered.owner_code,
    coalesce(gathered.cause_code, 'unknown') as cause_code,
    gathered.evidence,
    gathered.next_step,
    gathered.drill_sql,
    md5(
        gathered.evidence || '|' || coalesce(gathered.cause_code, '') || '|'
        || coalesce(gathered.source_table, '') || '|' || coalesce(gathered.source_key, '')
    ) as payload_hash,

    -- measures
    gathered.occurrence_count,
    gathered.gathered_amount_reporting as amount_at_risk_reporting,

    -- times
    gathered.first_occurred_on as occurred_on,
    gathered.first_due_on as due_on,
    gathered.as_of_date,
    gathered.run_at

from gathered

cross join below_floor

where gathered.place = 1
