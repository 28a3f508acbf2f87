{#- Grain: one delivered row of the raw table invoice_line_item. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'invoice_line_item') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.invoice_id', 'raw.id']) }} as row_id,
        {{ delivered_id(['raw.invoice_id', 'raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'invoice_line_item') }} as payload_hash,
        {{ row_problem('stripe', 'invoice_line_item') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as invoice_line_id,
        {{ to_text('raw.unique_id') }} as line_unique_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.invoice_item_id') }} as invoice_item_id,
        {{ to_text('raw.price_id') }} as price_id,
        {{ to_text('raw.plan_id') }} as plan_id,
        {{ to_text('raw.subscription_id') }} as subscription_id,
        {{ to_text('raw.subscription_item_id') }} as subscription_item_id,
        {{ to_text('raw.type') }} as line_type,
        {{ to_boolean('raw.proration') }} as is_proration,
        {{ to_text('raw.description') }} as line_description,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as line_amount,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_amount_excluding_tax', 24, 12) }} as unit_amount_excluding_tax,
        {{ both_clocks('raw.period_start', 'service_starts') }},
        {{ both_clocks('raw.period_end', 'service_ends') }}

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
    row_version as synced_at,
    is_marked_deleted as is_deleted,

    -- the record
    invoice_line_id,
    line_unique_id,
    invoice_id,
    invoice_item_id,
    price_id,
    plan_id,
    subscription_id,
    subscription_item_id,
    line_type,
    is_proration,
    line_description,
    currency,
    line_amount,
    quantity,
    unit_amount_excluding_tax,
    service_starts_at,
    service_starts_on,
    service_ends_at,
    service_ends_on

from judged
