{#- Grain: one delivered row of the raw table usage_event. -#}
with

raw as (

    select * from {{ source('raw_ops', 'usage_event') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.event_id']) }} as row_id,
        {{ delivered_id(['raw.event_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'usage_event') }} as payload_hash,
        {{ row_problem('ops', 'usage_event') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.event_id') }} as usage_event_id,
        {{ to_text('raw.idempotency_key') }} as idempotency_key,
        {{ to_text('raw.producer') }} as producer_code,
        {{ to_integer('raw.sequence_number') }} as sequence_number,
        {{ to_text('raw.meter') }} as meter_code,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.subscription_item_id') }} as subscription_item_id,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ both_clocks('raw.occurred_at', 'occurred') }},
        {{ both_clocks('raw.received_at', 'received') }},
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
    usage_event_id,
    idempotency_key,
    producer_code,
    sequence_number,
    meter_code,
    customer_id,
    subscription_item_id,
    quantity,
    occurred_at,
    occurred_on,
    received_at,
    received_on,
    recorded_at

from judged
