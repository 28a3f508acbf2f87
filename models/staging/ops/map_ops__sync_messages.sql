{#- Grain: one attempt to deliver one message. -#}
with

messages as (

    select * from {{ ref('stg_ops__integration_message') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('ops', 'integration_message', 'status') }}

)

select
    'ops' as source_system,
    messages.source_account,
    messages.row_id as source_sync_message_id,
    messages.message_key,
    messages.interface_code,
    messages.target_system,
    messages.object_kind,
    messages.object_id as source_object_id,
    cast(messages.attempt_number as int) as attempt_number,
    statuses.canonical_value as message_status,
    messages.error_code,
    messages.created_at,
    messages.created_on,
    messages.attempted_at,
    messages.attempted_on,
    messages.delivered_at,
    messages.delivered_on,
    messages.recorded_at

from messages

inner join statuses
    on messages.message_status = statuses.raw_value
