{#- Grain: one delivered row of the raw table usage_manifest. -#}
with

raw as (

    select * from {{ source('raw_ops', 'usage_manifest') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.producer', 'raw.meter', 'raw.window_start', 'raw.window_end']) }} as row_id,
        {{ delivered_id(['raw.producer', 'raw.meter', 'raw.window_start', 'raw.window_end']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'usage_manifest') }} as payload_hash,
        {{ row_problem('ops', 'usage_manifest') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.producer') }} as producer_code,
        {{ to_text('raw.meter') }} as meter_code,
        {{ both_clocks('raw.window_start', 'window_starts') }},
        {{ both_clocks('raw.window_end', 'window_ends') }},
        {{ to_integer('raw.event_count') }} as event_count,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_integer('raw.first_sequence') }} as first_sequence_number,
        {{ to_integer('raw.last_sequence') }} as last_sequence_number,
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
    producer_code,
    meter_code,
    window_starts_at,
    window_starts_on,
    window_ends_at,
    window_ends_on,
    event_count,
    quantity,
    first_sequence_number,
    last_sequence_number,
    recorded_at

from judged
