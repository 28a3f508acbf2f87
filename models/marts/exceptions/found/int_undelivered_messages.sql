{#- Grain: one message that never arrived, by its last attempt, judged by the SLA of its interface. -#}
with

attempts as (

    select * from {{ ref('fct_sync_messages') }}

),

slas as (

    select * from {{ ref('integration_slas') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

undelivered as (

    select
        source_account,
        interface_code,
        message_key

    from attempts

    group by source_account, interface_code, message_key

    having max(case when message_status = 'delivered' then 1 else 0 end) = 0

),

ranked as (

    select
        attempts.*,
        coalesce(attempts.attempted_on, attempts.created_on) as last_on,
        row_number() over (
            partition by attempts.source_account, attempts.interface_code, attempts.message_key
            order by
                attempts.attempt_number desc, attempts.attempted_at desc, attempts.sync_message_key asc
        ) as recency

    from undelivered

    inner join attempts
        on undelivered.source_account = attempts.source_account
        and undelivered.interface_code = attempts.interface_code
        and undelivered.message_key = attempts.message_key

),

timed as (

    -- The newest attempt stands for the message. The day that the run looks from counts in full.
    select
        ranked.*,
        {{ dbt.datediff(
            'coalesce(ranked.attempted_at, ranked.created_at)',
            dbt.dateadd('day', 1, 'run_dates.as_of_date'), 'hour'
        ) }} as waited_hours,
        coalesce(exact.pending_hours, named.pending_hours, every.pending_hours) as pending_hours,
        coalesce(exact.retry_hours, named.retry_hours, every.retry_hours) as retry_hours

    from ranked

    cross join run_dates

    left join slas as exact
        on ranked.interface_code = exact.interface_code
        and ranked.legal_entity_code = exact.legal_entity_code
        and ranked.last_on >= exact.valid_from_on
        and ranked.last_on < exact.valid_before_on

    left join slas as named
        on ranked.interface_code = named.interface_code
        and named.legal_entity_code = '*'
        and ranked.last_on >= named.valid_from_on
        and ranked.last_on < named.valid_before_on

    left join slas as every
        on every.interface_code = '*'
        and every.legal_entity_code = '*'
        and ranked.last_on >= every.valid_from_on
        and ranked.last_on < every.valid_before_on

    where ranked.recency = 1

)

select
    -- keys
    sync_message_key,
    source_account,
    legal_entity_code,
    interface_code,
    message_key,
    object_kind,
    source_object_id,

    -- attributes
    message_status,
    error_code,
    case
        when message_status = 'dead_lettered' then 'message_failed'
        when message_status = 'failed' and waited_hours > retry_hours then 'message_failed'
        when message_status = 'pending' and waited_hours > pending_hours then 'message_pending'
    end as check_id,

    -- measures
    attempt_number,

    -- times
    created_on,
    last_on

from timed
