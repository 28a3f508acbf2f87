{#- Grain: one delivered row of the raw table rated_usage. -#}
with

raw as (

    select * from {{ source('raw_ops', 'rated_usage') }}

),

currencies as (

    {{ currency_units('ops') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.rating_id']) }} as row_id,
        {{ delivered_id(['raw.rating_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'rated_usage') }} as payload_hash,
        {{ row_problem('ops', 'rated_usage') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.rating_id') }} as rated_usage_id,
        {{ to_text('raw.event_id') }} as usage_event_id,
        {{ to_text('raw.meter') }} as meter_code,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.subscription_item_id') }} as subscription_item_id,
        {{ to_text('raw.price_id') }} as price_id,
        {{ to_text('raw.invoice_line_id') }} as invoice_line_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.amount') }} as rated_amount,
        {{ both_clocks('raw.usage_start', 'usage_starts') }},
        {{ both_clocks('raw.usage_end', 'usage_ends') }},
        {{ both_clocks('raw.rated_at', 'rated') }},
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
    rated_usage_id,
    usage_event_id,
    meter_code,
    customer_id,
    subscription_item_id,
    price_id,
    invoice_line_id,
    currency,
    quantity,
    rated_amount,
    usage_starts_at,
    usage_starts_on,
    usage_ends_at,
    usage_ends_on,
    rated_at,
    rated_on,
    recorded_at

from judged
