{#- Grain: the unresolved exceptions of one age in days at the end of one day, hidden or not, of one
    check, severity, owner, cause and legal entity. -#}
with

runs as (

    select * from {{ ref('int_exception_runs') }}

),

days as (

    select * from {{ ref('dim_dates') }}

),

seen as (

    select * from {{ ref('int_exception_log') }}

),

episodes as (

    select * from {{ ref('int_exception_episodes') }}

),

known as (

    select * from {{ ref('int_exceptions_known') }}

),

hiding as (

    select * from {{ ref('int_exception_actions') }} where hides_from_queue

),

-- What a run saw stands until the day of the next run of its check: of several on one day the last.
covered_days as (

    select
        runs.check_id,
        runs.check_run_number,
        days.date_on as queue_on

    from runs

    inner join days
        on runs.run_on <= days.date_on
        and days.date_on <= {{ as_of_date() }}
        and (runs.next_run_on is null or days.date_on < runs.next_run_on)

),

-- Counted under what is known of it today, over its whole life: nothing moves between two owners.
classified as (

    select
        seen.exception_id,
        seen.check_run_number,
        seen.check_id,
        seen.amount_at_risk_reporting,
        known.severity_code,
        known.owner_code,
        known.cause_code,
        known.legal_entity_code,
        least(episodes.first_seen_on, coalesce(known.occurred_on, episodes.first_seen_on))
            as aged_from_on

    from seen

    inner join episodes
        on seen.exception_id = episodes.exception_id
        and seen.missed_run_count = episodes.missed_run_count

    inner join known
        on seen.exception_id = known.exception_id

    where seen.next_run_on is null or seen.run_on < seen.next_run_on

),

daily as (

    select
        classified.check_id,
        classified.severity_code,
        classified.owner_code,
        classified.cause_code,
        classified.legal_entity_code,
        classified.amount_at_risk_reporting,
        classified.aged_from_on,
        covered_days.queue_on,
        hiding.action_id is not null
        and not {{ has_outgrown(
            'classified.amount_at_risk_reporting',
            'hiding.amount_at_action',
            'hiding.returns_above_bps',
        ) }} as is_hidden

    from classified

    inner join covered_days
        on classified.check_id = covered_days.check_id
        and classified.check_run_number = covered_days.check_run_number

    left join hiding
        on classified.exception_id = hiding.exception_id
        and hiding.counts_from_on <= covered_days.queue_on
        and covered_days.queue_on < coalesce(hiding.counts_before_on, cast({{ end_of_time() }} as date))

)

select
    -- keys
    queue_on,
    check_id,
    severity_code as severity,
    owner_code as owner, -- noqa: RF04
    cause_code,
    legal_entity_code,
    {{ dbt.datediff('aged_from_on', 'queue_on', 'day') }}
        as age_days,
    is_hidden,

    -- measures
    count(*) as exception_count,
    count(case when amount_at_risk_reporting is null then 1 end) as unpriced_count,
    {{ sum_amount('amount_at_risk_reporting') }} as amount_at_risk_reporting

from daily

group by
    queue_on,
    check_id,
    severity_code,
    owner_code,
    cause_code,
    legal_entity_code,
    aged_from_on,
    is_hidden
