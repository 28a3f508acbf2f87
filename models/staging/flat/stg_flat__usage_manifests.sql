{#- Grain: one delivered row of the flat file usage_manifests. -#}
with

raw as (

    select * from {{ source('raw_flat', 'usage_manifests') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_usage_manifest_id']) }} as row_id,
        {{ delivered_id(['raw.source_usage_manifest_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'usage_manifests') }} as payload_hash,
        {{ row_problem('flat', 'usage_manifests') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_usage_manifest_id') }} as source_usage_manifest_id,
        {{ to_text('raw.meter_code') }} as meter_code,
        {{ to_text('raw.producer_code') }} as producer_code,
        {{ to_integer('raw.event_count') }} as event_count,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_integer('raw.first_sequence_number') }} as first_sequence_number,
        {{ to_integer('raw.last_sequence_number') }} as last_sequence_number,
        {{ to_utc('raw.window_starts_at') }} as window_starts_at,
        coalesce({{ to_date('raw.window_starts_on') }}, {{ to_bare_date('raw.window_starts_at') }})
            as window_starts_on,
        {{ to_utc('raw.window_ends_at') }} as window_ends_at,
        coalesce({{ to_date('raw.window_ends_on') }}, {{ to_bare_date('raw.window_ends_at') }})
            as window_ends_on,
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
    source_usage_manifest_id,
    meter_code,
    producer_code,
    event_count,
    quantity,
    first_sequence_number,
    last_sequence_number,
    window_starts_at,
    window_starts_on,
    window_ends_at,
    window_ends_on,
    recorded_at

from judged
