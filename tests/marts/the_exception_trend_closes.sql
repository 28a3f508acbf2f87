{{ config(group='marts') }}
{#- Law: on every day opening + new - resolved + reopened = closing, and by amount with what changed;
    what closes is what the ageing has of that day, hidden or not. -#}
with

trend as (

    select * from {{ ref('exception_trend') }}

),

aged as (

    select
        queue_on,
        check_id,
        severity,
        owner,
        cause_code,
        legal_entity_code,
        sum(open_count + hidden_count) as unresolved_count,
        sum(open_amount_reporting + hidden_amount_reporting) as unresolved_amount_reporting
    from {{ ref('exception_ageing') }}
    group by queue_on, check_id, severity, owner, cause_code, legal_entity_code

)

select
    coalesce(trend.queue_on, aged.queue_on) as queue_on,
    coalesce(trend.check_id, aged.check_id) as check_id,
    trend.closing_count,
    aged.unresolved_count

from trend

full outer join aged
    on trend.queue_on = aged.queue_on
    and trend.check_id = aged.check_id
    and trend.severity = aged.severity
    and trend.owner = aged.owner
    and trend.cause_code = aged.cause_code
    and trend.legal_entity_code = aged.legal_entity_code

where
    trend.opening_count + trend.new_count - trend.resolved_count + trend.reopened_count
    <> trend.closing_count
    or trend.opening_amount_reporting + trend.new_amount_reporting
    - trend.resolved_amount_reporting + trend.reopened_amount_reporting
    + trend.amount_changed_reporting <> trend.closing_amount_reporting
    or coalesce(trend.closing_count, 0) <> coalesce(aged.unresolved_count, 0)
    or coalesce(trend.closing_amount_reporting, 0)
    <> coalesce(aged.unresolved_amount_reporting, 0)
