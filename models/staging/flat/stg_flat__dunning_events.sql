{#- Grain: one delivered row of the flat file dunning_events. -#}
with

raw as (

    select * from {{ source('raw_flat', 'dunning_events') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_dunning_event_id']) }} as row_id,
        {{ delivered_id(['raw.source_dunning_event_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'dunning_events') }} as payload_hash,
        {{ row_problem('flat', 'dunning_events') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_dunning_event_id') }} as source_dunning_event_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        lower({{ to_text('raw.event_kind') }}) as event_kind,
        {{ to_integer('raw.dunning_step') }} as dunning_step,
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
    source_dunning_event_id,
    source_customer_id,
    source_invoice_id,
    event_kind,
    dunning_step,
    occurred_at,
    occurred_on,
    recorded_at

from judged
