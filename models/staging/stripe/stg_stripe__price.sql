{#- Grain: one delivered row of the raw table price. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'price') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'price', 'billing_scheme') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'price') }} as payload_hash,
        {{ row_problem('stripe', 'price') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as price_id,
        {{ to_text('raw.product_id') }} as product_id,
        {{ to_currency('raw.currency') }} as currency,
        lower({{ to_text('raw.billing_scheme') }}) as billing_scheme,
        {{ to_text('raw.tiers_mode') }} as tiers_mode,
        {{ to_text('raw.type') }} as price_type,
        {{ to_decimal('raw.unit_amount_decimal', 24, 12) }} as unit_amount_decimal,
        {{ to_decimal('raw.unit_amount', 24, 12) }} as unit_amount,
        {{ to_text('raw.recurring_interval') }} as recurring_interval,
        {{ to_integer('raw.recurring_interval_count') }} as recurring_interval_count,
        {{ to_text('raw.recurring_usage_type') }} as recurring_usage_type,
        {{ to_text('raw.recurring_aggregate_usage') }} as recurring_aggregate_usage,
        {{ to_integer('raw.transform_quantity_divide_by') }} as transform_quantity_divide_by,
        {{ to_boolean('raw.active') }} as is_active,
        {{ both_clocks('raw.created', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.billing_scheme') }}) = statuses.raw_value

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
    price_id,
    product_id,
    currency,
    billing_scheme,
    tiers_mode,
    price_type,
    unit_amount_decimal,
    unit_amount,
    recurring_interval,
    recurring_interval_count,
    recurring_usage_type,
    recurring_aggregate_usage,
    transform_quantity_divide_by,
    is_active,
    created_at,
    created_on

from judged
