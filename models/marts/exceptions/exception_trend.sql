{#- Grain: one day of the exceptions of one check, severity, owner, cause and legal entity, from the
    first that was seen of them to the day of the run. -#}
with

movements as (

    select * from {{ ref('int_exception_movements') }}

),

aged as (

    select * from {{ ref('int_exceptions_aged') }}

),

days as (

    select * from {{ ref('dim_dates') }}

),

closings as (

    select
        queue_on,
        check_id,
        severity,
        owner,
        cause_code,
        legal_entity_code,
        {{ sum_amount('amount_at_risk_reporting') }} as closing_amount_reporting,
        cast(sum(exception_count) as bigint) as closing_count
    from aged
    group by queue_on, check_id, severity, owner, cause_code, legal_entity_code

),

queues as (

    select
        check_id,
        severity,
        owner,
        cause_code,
        legal_entity_code,
        min(queue_on) as begins_on
    from movements
    group by check_id, severity, owner, cause_code, legal_entity_code

),

-- A day without a run has a row: it carries the balance.
balanced as (

    select
        days.date_on as queue_on,
        queues.check_id,
        queues.severity,
        queues.owner,
        queues.cause_code,
        queues.legal_entity_code,
        coalesce(closings.closing_count, 0) as closing_count,
        coalesce(closings.closing_amount_reporting, 0) as closing_amount_reporting

    from queues

    inner join days
        on queues.begins_on <= days.date_on
        and days.date_on <= {{ as_of_date() }}

    left join closings
        on days.date_on = closings.queue_on
        and queues.check_id = closings.check_id
        and queues.severity = closings.severity
        and queues.owner = closings.owner
        and queues.cause_code = closings.cause_code
        and queues.legal_entity_code = closings.legal_entity_code

),

opened as (

    select
        *,
        lag(closing_count) over (
            partition by check_id, severity, owner, cause_code, legal_entity_code
            order by queue_on
        ) as opening_count,
        lag(closing_amount_reporting) over (
            partition by check_id, severity, owner, cause_code, legal_entity_code
            order by queue_on
        ) as opening_amount_reporting
    from balanced

)

select
    -- keys
    opened.queue_on,
    opened.check_id,
    opened.severity,
    opened.owner,
    opened.cause_code,
    opened.legal_entity_code,

    -- measures
    coalesce(opened.opening_count, 0) as opening_count,
    coalesce(movements.new_count, 0) as new_count,
    coalesce(movements.resolved_count, 0) as resolved_count,
    coalesce(movements.reopened_count, 0) as reopened_count,
    opened.closing_count,
    cast(coalesce(opened.opening_amount_reporting, 0) as decimal(38, 4))
        as opening_amount_reporting,
    cast(coalesce(movements.new_amount_reporting, 0) as decimal(38, 4)) as new_amount_reporting,
    cast(coalesce(movements.resolved_amount_reporting, 0) as decimal(38, 4))
        as resolved_amount_reporting,
    cast(coalesce(movements.reopened_amount_reporting, 0) as decimal(38, 4))
        as reopened_amount_reporting,
    cast(coalesce(movements.amount_changed_reporting, 0) as decimal(38, 4))
        as amount_changed_reporting,
    cast(opened.closing_amount_reporting as decimal(38, 4)) as closing_amount_reporting

from opened

left join movements
    on opened.queue_on = movements.queue_on
    and opened.check_id = movements.check_id
    and opened.severity = movements.severity
    and opened.owner = movements.owner
    and opened.cause_code = movements.cause_code
    and opened.legal_entity_code = movements.legal_entity_code
