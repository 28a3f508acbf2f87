{#- Grain: one delivered row of the flat file rated_usage. -#}
with

raw as (

    select * from {{ source('raw_flat', 'rated_usage') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_rated_usage_id']) }} as row_id,
        {{ delivered_id(['raw.source_rated_usage_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'rated_usage') }} as payload_hash,
        {{ row_problem('flat', 'rated_usage') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_rated_usage_id') }} as source_rated_usage_id,
        {{ to_text('raw.source_usage_event_id') }} as source_usage_event_id,
        {{ to_text('raw.meter_code') }} as meter_code,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_subscription_item_id') }} as source_subscription_item_id,
        {{ to_text('raw.source_price_id') }} as source_price_id,
        {{ to_text('raw.source_invoice_line_id') }} as source_invoice_line_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.rated_amount') }} as rated_amount,
        {{ to_utc('raw.usage_starts_at') }} as usage_starts_at,
        coalesce({{ to_date('raw.usage_starts_on') }}, {{ to_bare_date('raw.usage_starts_at') }})
            as usage_starts_on,
        {{ to_utc('raw.usage_ends_at') }} as usage_ends_at,
        coalesce({{ to_date('raw.usage_ends_on') }}, {{ to_bare_date('raw.usage_ends_at') }})
            as usage_ends_on,
        {{ to_utc('raw.rated_at') }} as rated_at,
        coalesce({{ to_date('raw.rated_on') }}, {{ to_bare_date('raw.rated_at') }}) as rated_on,
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
    source_rated_usage_id,
    source_usage_event_id,
    meter_code,
    source_customer_id,
    source_subscription_item_id,
    source_price_id,
    source_invoice_line_id,
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
