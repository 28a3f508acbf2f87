{#- Grain: one delivered row of the raw table config_change. -#}
with

raw as (

    select * from {{ source('raw_ops', 'config_change') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.change_id']) }} as row_id,
        {{ delivered_id(['raw.change_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'config_change') }} as payload_hash,
        {{ row_problem('ops', 'config_change') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.change_id') }} as config_change_id,
        {{ to_text('raw.object_kind') }} as object_kind,
        {{ to_text('raw.object_id') }} as object_id,
        {{ to_text('raw.field') }} as field_name,
        {{ to_text('raw.old_value') }} as from_value,
        {{ to_text('raw.new_value') }} as to_value,
        {{ to_text('raw.changed_by') }} as changed_by,
        {{ to_text('raw.approved_by') }} as approved_by,
        {{ to_text('raw.ticket_id') }} as work_item_id,
        {{ both_clocks('raw.changed_at', 'changed') }},
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
    config_change_id,
    object_kind,
    object_id,
    field_name,
    from_value,
    to_value,
    changed_by,
    approved_by,
    work_item_id,
    changed_at,
    changed_on,
    recorded_at

from judged
