{#- Grain: one delivered row of the flat file work_item_events. -#}
with

raw as (

    select * from {{ source('raw_flat', 'work_item_events') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_work_item_event_id']) }} as row_id,
        {{ delivered_id(['raw.source_work_item_event_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'work_item_events') }} as payload_hash,
        {{ row_problem('flat', 'work_item_events') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_work_item_event_id') }} as source_work_item_event_id,
        {{ to_text('raw.source_work_item_id') }} as source_work_item_id,
        {{ to_text('raw.field_name') }} as field_name,
        {{ to_text('raw.from_value') }} as from_value,
        {{ to_text('raw.to_value') }} as to_value,
        {{ to_text('raw.actor') }} as actor,
        {{ to_utc('raw.occurred_at') }} as occurred_at,
        coalesce({{ to_date('raw.occurred_on') }}, {{ to_bare_date('raw.occurred_at') }})
            as occurred_on,
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
    source_work_item_event_id,
    source_work_item_id,
    field_name,
    from_value,
    to_value,
    actor,
    occurred_at,
    occurred_on,
    recorded_at

from judged
