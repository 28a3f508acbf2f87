{#- Grain: one delivered row of the flat file dispute_events. -#}
with

raw as (

    select * from {{ source('raw_flat', 'dispute_events') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_dispute_event_id']) }} as row_id,
        {{ delivered_id(['raw.source_dispute_event_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'dispute_events') }} as payload_hash,
        {{ row_problem('flat', 'dispute_events') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_dispute_event_id') }} as source_dispute_event_id,
        {{ to_text('raw.source_dispute_id') }} as source_dispute_id,
        lower({{ to_text('raw.event_kind') }}) as event_kind,
        lower({{ to_text('raw.dispute_status') }}) as dispute_status,
        {{ to_text('raw.actor') }} as actor,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.event_amount') }} as event_amount,
        {{ to_utc('raw.occurred_at') }} as occurred_at,
        coalesce({{ to_date('raw.occurred_on') }}, {{ to_bare_date('raw.occurred_at') }})
            as occurred_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

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
    source_dispute_event_id,
    source_dispute_id,
    event_kind,
    dispute_status,
    actor,
    currency,
    event_amount,
    occurred_at,
    occurred_on,
    recorded_at

from judged
