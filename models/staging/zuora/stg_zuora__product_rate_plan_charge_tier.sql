{#- Grain: one delivered row of the raw table product_rate_plan_charge_tier. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'product_rate_plan_charge_tier') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'product_rate_plan_charge_tier') }} as payload_hash,
        {{ row_problem('zuora', 'product_rate_plan_charge_tier') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as tier_id,
        {{ to_text('raw.product_rate_plan_charge_id') }} as product_rate_plan_charge_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_integer('raw.tier') }} as tier_number,
        {{ to_decimal('raw.ending_unit', 20, 6) }} as ending_unit,
        {{ to_decimal('raw.price', 24, 12) }} as tier_price,
        lower({{ to_text('raw.price_format') }}) as price_format,
        {{ to_decimal('raw.flat_fee__c') }} as flat_fee_amount,
        {{ to_boolean('raw.active') }} as is_active,
        {{ both_clocks('raw.created_date', 'created') }}

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
    tier_id,
    product_rate_plan_charge_id,
    currency,
    tier_number,
    ending_unit,
    tier_price,
    price_format,
    flat_fee_amount,
    is_active,
    created_at,
    created_on

from judged
