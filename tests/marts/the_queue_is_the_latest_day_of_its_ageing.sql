{{ config(group='marts') }}
{#- Law: the exceptions that are not resolved are those of the latest day of the ageing, in the same
    buckets, in the queue or hidden, to the cent. -#}
with

unresolved as (

    select
        check_id,
        severity,
        owner,
        cause_code,
        legal_entity_code,
        age_bucket,
        {{ count_where('is_in_queue') }} as open_count,
        {{ count_where('not is_in_queue') }} as hidden_count,
        {{ sum_amount('amount_at_risk_reporting') }} as amount_at_risk_reporting
    from {{ ref('exceptions') }}
    where state <> 'resolved'
    group by check_id, severity, owner, cause_code, legal_entity_code, age_bucket

),

aged as (

    select *
    from {{ ref('exception_ageing') }}
    where queue_on = {{ as_of_date() }}

)

select
    coalesce(unresolved.check_id, aged.check_id) as check_id,
    unresolved.open_count,
    aged.open_count as aged_open_count,
    unresolved.hidden_count,
    aged.hidden_count as aged_hidden_count

from unresolved

full outer join aged
    on unresolved.check_id = aged.check_id
    and unresolved.severity = aged.severity
    and unresolved.owner = aged.owner
    and unresolved.cause_code = aged.cause_code
    and unresolved.legal_entity_code = aged.legal_entity_code
    and unresolved.age_bucket = aged.age_bucket

where
    coalesce(unresolved.open_count, 0) <> coalesce(aged.open_count, 0)
    or coalesce(unresolved.hidden_count, 0) <> coalesce(aged.hidden_count, 0)
    or coalesce(unresolved.amount_at_risk_reporting, 0)
    <> coalesce(aged.open_amount_reporting + aged.hidden_amount_reporting, 0)
