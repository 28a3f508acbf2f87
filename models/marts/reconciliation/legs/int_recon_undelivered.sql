{#- Grain: one business object that an integration message should have carried and that never
    arrived, with the state of its last attempt. -#}
with

attempts as (

    select * from {{ ref('fct_sync_messages') }}

),

last_attempts as (

    select
        attempts.*,
        row_number() over (
            partition by source_account, interface_code, message_key
            order by attempt_number desc, attempted_at desc, sync_message_key asc
        ) as recency,
        max(case when message_status = 'delivered' then 1 else 0 end) over (
            partition by source_account, interface_code, message_key
        ) as was_delivered

    from attempts

)

select
    -- keys
    legal_entity_code,
    object_kind,
    source_object_id,
    message_key,

    -- attributes
    interface_code,
    -- What ended in the dead-letter queue needs a person; what failed or waits is tried again.
    case when message_status = 'dead_lettered' then 'export_failed' else 'export_delayed' end
        as break_code,
    'message ' || message_key || ', attempt ' || cast(attempt_number as {{ dbt.type_string() }})
    || ': ' || message_status || coalesce(' (' || error_code || ')', '') as evidence,

    -- times
    attempted_on

from last_attempts

-- The newest attempt stands for the message.
where recency = 1 and was_delivered = 0
