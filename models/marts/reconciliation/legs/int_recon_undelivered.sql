{#- Grain: one integration message that never arrived, by its last attempt. -#}
with

attempts as (

    select * from {{ ref('fct_sync_messages') }}

),

never_delivered as (

    select
        source_account,
        interface_code,
        message_key

    from attempts

    group by source_account, interface_code, message_key

    having max(case when message_status = 'delivered' then 1 else 0 end) = 0

),

last_attempts as (

    select
        attempts.*,
        row_number() over (
            partition by attempts.source_account, attempts.interface_code, attempts.message_key
            order by attempts.attempt_number desc, attempts.attempted_at desc, attempts.sync_message_key asc
        ) as recency

    from attempts

    inner join never_delivered
        on attempts.source_account = never_delivered.source_account
        and attempts.interface_code = never_delivered.interface_code
        and attempts.message_key = never_delivered.message_key

)

select
    -- keys
    sync_message_key,
    source_account,
    legal_entity_code,
    object_kind,
    source_object_id,
    message_key,

    -- attributes
    interface_code,
    message_status,
    error_code,
    -- What ended in the dead-letter queue needs a person; what failed or waits is tried again.
    case when message_status = 'dead_lettered' then 'export_failed' else 'export_delayed' end
        as break_code,
    'message ' || message_key || ', attempt ' || cast(attempt_number as {{ dbt.type_string() }})
    || ': ' || message_status || coalesce(' (' || error_code || ')', '') as evidence,

    -- measures
    attempt_number,

    -- times
    created_at,
    created_on,
    attempted_at,
    attempted_on

from last_attempts

-- The newest attempt stands for the message.
where recency = 1
