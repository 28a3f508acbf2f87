{#- Grain: one exception: something that is wrong, or was, and what becomes of it. -#}
with

known as (

    select * from {{ ref('int_exceptions_known') }}

),

timed as (

    select * from {{ ref('int_exceptions_timed') }}

),

handlings as (

    select * from {{ ref('int_exception_handlings') }}

),

checks as (

    select * from {{ ref('exception_checks') }}

),

check_runs as (

    select * from {{ ref('int_exception_check_runs') }}

),

age_buckets as (

    select * from {{ ref('exception_age_buckets') }}

),

judged as (

    select
        known.*,
        handlings.action_id as last_action_id,
        handlings.action as last_action,
        handlings.assignee,
        case when timed.resolved_at is null then handlings.expires_at end as hidden_until_at,
        handlings.hides_from_queue
        and {{ has_outgrown(
            'known.amount_at_risk_reporting',
            'handlings.amount_at_action',
            'handlings.returns_above_bps',
        ) }} as has_outgrown_action,
        case
            when timed.resolved_at is not null then 'resolved'
            else coalesce(handlings.state_after, 'open')
        end as decided_state,
        coalesce(handlings.hides_from_queue, false) as is_hidden

    from known

    inner join timed
        on known.exception_id = timed.exception_id

    left join handlings
        on known.exception_id = handlings.exception_id

)

select
    -- keys
    judged.exception_id,
    judged.check_id,
    judged.legal_entity_code,
    judged.natural_key,
    judged.customer_key,
    judged.source_table,
    judged.source_key,

    -- attributes
    checks.check_name,
    case
        when judged.decided_state <> 'resolved' and judged.has_outgrown_action then 'open'
        else judged.decided_state
    end as state,
    judged.decided_state <> 'resolved'
    and (not judged.is_hidden or coalesce(judged.has_outgrown_action, false)) as is_in_queue,
    coalesce(judged.decided_state <> 'resolved' and judged.has_outgrown_action, false)
        as has_outgrown_action,
    judged.severity_code as severity,
    judged.owner_code as owner, -- noqa: RF04
    judged.assignee,
    judged.last_action,
    judged.cause_code,
    judged.evidence,
    judged.next_step,
    judged.drill_sql,
    coalesce(checks.blocks_close, false) as blocks_close,
    coalesce(check_runs.check_status, 'retired') as check_status,
    age_buckets.age_bucket,
    timed.is_sla_breached,

    -- measures
    judged.occurrence_count,
    timed.episode_count,
    timed.reopen_count,
    timed.age_days,
    judged.amount_at_risk_reporting,

    -- times
    timed.first_seen_at,
    timed.last_seen_at,
    timed.resolved_at,
    timed.first_seen_on,
    timed.last_seen_on,
    timed.resolved_on,
    judged.occurred_on,
    timed.sla_due_at,
    judged.hidden_until_at

from judged

inner join timed
    on judged.exception_id = timed.exception_id

left join checks
    on judged.check_id = checks.check_id

left join check_runs
    on judged.check_id = check_runs.check_id

left join age_buckets
    on timed.age_days >= age_buckets.from_days
    and timed.age_days < age_buckets.before_days
