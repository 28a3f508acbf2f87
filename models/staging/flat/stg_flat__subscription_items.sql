{#- Grain: one delivered row of the flat file subscription_items. -#}
with

raw as (

    select * from {{ source('raw_flat', 'subscription_items') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_subscription_item_id']) }} as row_id,
        {{ delivered_id(['raw.source_subscription_item_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'subscription_items') }} as payload_hash,
        {{ row_problem('flat', 'subscription_items') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_subscription_item_id') }} as source_subscription_item_id,
        {{ to_text('raw.source_subscription_id') }} as source_subscription_id,
        {{ to_text('raw.source_product_id') }} as source_product_id,
        {{ to_text('raw.source_price_id') }} as source_price_id,
        {{ to_text('raw.source_contract_line_id') }} as source_contract_line_id,
        lower({{ to_text('raw.charge_kind') }}) as charge_kind,
        lower({{ to_text('raw.billing_interval') }}) as billing_interval,
        {{ to_integer('raw.billing_interval_count') }} as billing_interval_count,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_utc('raw.starts_at') }} as starts_at,
        coalesce({{ to_date('raw.starts_on') }}, {{ to_bare_date('raw.starts_at') }}) as starts_on,
        {{ to_utc('raw.ends_at') }} as ends_at,
        coalesce({{ to_date('raw.ends_on') }}, {{ to_bare_date('raw.ends_at') }}) as ends_on,
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
    source_subscription_item_id,
    source_subscription_id,
    source_product_id,
    source_price_id,
    source_contract_line_id,
    charge_kind,
    billing_interval,
    billing_interval_count,
    currency,
    quantity,
    unit_price,
    starts_at,
    starts_on,
    ends_at,
    ends_on,
    recorded_at

from judged
