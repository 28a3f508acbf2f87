{#- Grain: one delivered row of the raw table dunning_event. -#}
with

raw as (

    select * from {{ source('raw_ops', 'dunning_event') }}

),

statuses as (

    {{ known_words('ops', 'dunning_event', 'event') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.event_id']) }} as row_id,
        {{ delivered_id(['raw.event_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'dunning_event') }} as payload_hash,
        {{ row_problem('ops', 'dunning_event') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.event_id') }} as dunning_event_id,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        lower({{ to_text('raw.event') }}) as event_kind,
        {{ to_integer('raw.step') }} as dunning_step,
        {{ both_clocks('raw.occurred_at', 'occurred') }},
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join statuses
        on lower({{ to_text('raw.event') }}) = statuses.raw_value

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
    dunning_event_id,
    customer_id,
    invoice_id,
    event_kind,
    dunning_step,
    occurred_at,
    occurred_on,
    recorded_at

from judged
