{#- Grain: one delivered row of the raw table rate_plan_charge_tier. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'rate_plan_charge_tier') }}

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
        {{ payload_hash('zuora', 'rate_plan_charge_tier') }} as payload_hash,
        {{ row_problem('zuora', 'rate_plan_charge_tier') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as tier_id,
        {{ to_text('raw.rate_plan_charge_id') }} as rate_plan_charge_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_integer('raw.tier') }} as tier_number,
        {{ to_decimal('raw.price', 24, 12) }} as tier_price

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
    rate_plan_charge_id,
    currency,
    tier_number,
    tier_price

from judged
