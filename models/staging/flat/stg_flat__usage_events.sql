{#- Grain: one delivered row of the flat file usage_events. -#}
with

raw as (

    select * from {{ source('raw_flat', 'usage_events') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_usage_event_id']) }} as row_id,
        {{ delivered_id(['raw.source_usage_event_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'usage_events') }} as payload_hash,
        {{ row_problem('flat', 'usage_events') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_usage_event_id') }} as source_usage_event_id,
        {{ to_text('raw.idempotency_key') }} as idempotency_key,
        {{ to_text('raw.meter_code') }} as meter_code,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_subscription_item_id') }} as source_subscription_item_id,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_utc('raw.occurred_at') }} as occurred_at,
        coalesce({{ to_date('raw.occurred_on') }}, {{ to_bare_date('raw.occurred_at') }})
            as occurred_on,
        {{ to_utc('raw.received_at') }} as received_at,
        coalesce({{ to_date('raw.received_on') }}, {{ to_bare_date('raw.received_at') }})
            as received_on,
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
    source_usage_event_id,
    idempotency_key,
    meter_code,
    source_customer_id,
    source_subscription_item_id,
    quantity,
    occurred_at,
    occurred_on,
    received_at,
    received_on,
    recorded_at

from judged
