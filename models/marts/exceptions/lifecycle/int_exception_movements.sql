{#- Grain: what came, went, came back and changed its amount on one day, of one check, severity, owner,
    cause and legal entity. -#}
with

episodes as (

    select * from {{ ref('int_exception_episodes') }}

),

seen as (

    select * from {{ ref('int_exception_log') }}

),

known as (

    select * from {{ ref('int_exceptions_known') }}

),

moved as (

    select
        exception_id,
        first_seen_on as queue_on,
        case when episode_number = 1 then 1 else 0 end as new_count,
        case when episode_number = 1 then first_amount_reporting else 0 end as new_amount,
        case when episode_number > 1 then 1 else 0 end as reopened_count,
        case when episode_number > 1 then first_amount_reporting else 0 end as reopened_amount,
        0 as resolved_count,
        0 as resolved_amount,
        0 as changed_amount
    from episodes
    union all
    select
        exception_id,
        resolved_on,
        0 as new_count,
        0 as new_amount,
        0 as reopened_count,
        0 as reopened_amount,
        1 as resolved_count,
        last_amount_reporting as resolved_amount,
        0 as changed_amount
    from episodes
    where resolved_on is not null
    union all
    select
        exception_id,
        run_on,
        0 as new_count,
        0 as new_amount,
        0 as reopened_count,
        0 as reopened_amount,
        0 as resolved_count,
        0 as resolved_amount,
        amount_changed_reporting as changed_amount
    from seen
    where amount_changed_reporting <> 0

)

select
    -- keys
    moved.queue_on,
    known.check_id,
    known.severity_code as severity,
    known.owner_code as owner, -- noqa: RF04
    known.cause_code,
    known.legal_entity_code,

    -- measures
    cast(sum(moved.new_count) as bigint) as new_count,
    cast(sum(moved.resolved_count) as bigint) as resolved_count,
    cast(sum(moved.reopened_count) as bigint) as reopened_count,
    {{ sum_amount('moved.new_amount') }} as new_amount_reporting,
    {{ sum_amount('moved.resolved_amount') }} as resolved_amount_reporting,
    {{ sum_amount('moved.reopened_amount') }} as reopened_amount_reporting,
    {{ sum_amount('moved.changed_amount') }} as amount_changed_reporting

from moved

inner join known
    on moved.exception_id = known.exception_id

group by
    moved.queue_on,
    known.check_id,
    known.severity_code,
    known.owner_code,
    known.cause_code,
    known.legal_entity_code
