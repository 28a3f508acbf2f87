{#- Grain: one delivered row of the raw table integration_message. -#}
with

raw as (

    select * from {{ source('raw_ops', 'integration_message') }}

),

statuses as (

    {{ known_words('ops', 'integration_message', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.message_key', 'raw.attempt']) }} as row_id,
        {{ delivered_id(['raw.message_key', 'raw.attempt']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'integration_message') }} as payload_hash,
        {{ row_problem('ops', 'integration_message') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.message_key') }} as message_key,
        {{ to_text('raw.interface') }} as interface_code,
        {{ to_text('raw.source_system') }} as sending_system,
        {{ to_text('raw.target_system') }} as target_system,
        {{ to_text('raw.object_kind') }} as object_kind,
        {{ to_text('raw.object_id') }} as object_id,
        {{ to_text('raw.object_number') }} as object_number,
        {{ to_integer('raw.attempt') }} as attempt_number,
        lower({{ to_text('raw.status') }}) as message_status,
        {{ to_text('raw.error_code') }} as error_code,
        {{ both_clocks('raw.created_at', 'created') }},
        {{ both_clocks('raw.attempted_at', 'attempted') }},
        {{ both_clocks('raw.delivered_at', 'delivered') }},
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join statuses
        on lower({{ to_text('raw.status') }}) = statuses.raw_value

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
    message_key,
    interface_code,
    sending_system,
    target_system,
    object_kind,
    object_id,
    object_number,
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
