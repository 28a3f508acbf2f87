{#- Grain: one delivered row of the flat file config_changes. -#}
with

raw as (

    select * from {{ source('raw_flat', 'config_changes') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_config_change_id']) }} as row_id,
        {{ delivered_id(['raw.source_config_change_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'config_changes') }} as payload_hash,
        {{ row_problem('flat', 'config_changes') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_config_change_id') }} as source_config_change_id,
        {{ to_text('raw.object_kind') }} as object_kind,
        {{ to_text('raw.source_object_id') }} as source_object_id,
        {{ to_text('raw.field_name') }} as field_name,
        {{ to_text('raw.from_value') }} as from_value,
        {{ to_text('raw.to_value') }} as to_value,
        {{ to_text('raw.changed_by') }} as changed_by,
        {{ to_text('raw.approved_by') }} as approved_by,
        {{ to_text('raw.source_work_item_id') }} as source_work_item_id,
        {{ to_utc('raw.changed_at') }} as changed_at,
        coalesce({{ to_date('raw.changed_on') }}, {{ to_bare_date('raw.changed_at') }})
            as changed_on,
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
    source_config_change_id,
    object_kind,
    source_object_id,
    field_name,
    from_value,
    to_value,
    changed_by,
    approved_by,
    source_work_item_id,
    changed_at,
    changed_on,
    recorded_at

from judged
