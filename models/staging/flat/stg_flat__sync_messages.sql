{#- Grain: one delivered row of the flat file sync_messages. -#}
with

raw as (

    select * from {{ source('raw_flat', 'sync_messages') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_sync_message_id']) }} as row_id,
        {{ delivered_id(['raw.source_sync_message_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'sync_messages') }} as payload_hash,
        {{ row_problem('flat', 'sync_messages') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_sync_message_id') }} as source_sync_message_id,
        {{ to_text('raw.message_key') }} as message_key,
        {{ to_text('raw.interface_code') }} as interface_code,
        {{ to_text('raw.target_system') }} as target_system,
        {{ to_text('raw.object_kind') }} as object_kind,
        {{ to_text('raw.source_object_id') }} as source_object_id,
        {{ to_integer('raw.attempt_number') }} as attempt_number,
        lower({{ to_text('raw.message_status') }}) as message_status,
        {{ to_text('raw.error_code') }} as error_code,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.attempted_at') }} as attempted_at,
        coalesce({{ to_date('raw.attempted_on') }}, {{ to_bare_date('raw.attempted_at') }})
            as attempted_on,
        {{ to_utc('raw.delivered_at') }} as delivered_at,
        coalesce({{ to_date('raw.delivered_on') }}, {{ to_bare_date('raw.delivered_at') }})
            as delivered_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

),

judged as (

    {{ judge_rows('typed') }}

)

select
    -- place and fate
    source_account,
    source_file,
    source_row,
    row_id,
    row_disposition,
    disposition_reason,

    -- the record
    source_sync_message_id,
    message_key,
    interface_code,
    target_system,
    object_kind,
    source_object_id,
    attempt_number,
    message_status,
    error_code,
    created_at,
    created_on,
    attempted_at,
    attempted_on,
    delivered_at,
    delivered_on,
    recorded_at

from judged
