{#- Grain: one delivered row of the raw table product_rate_plan_charge. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'product_rate_plan_charge') }}

),

statuses as (

    {{ known_words('zuora', 'product_rate_plan_charge', 'charge_model') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'product_rate_plan_charge') }} as payload_hash,
        {{ row_problem('zuora', 'product_rate_plan_charge') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as product_rate_plan_charge_id,
        {{ to_text('raw.product_id') }} as product_id,
        {{ to_text('raw.product_rate_plan_id') }} as product_rate_plan_id,
        lower({{ to_text('raw.charge_model') }}) as charge_model,
        replace(replace(lower({{ to_text('raw.charge_type') }}), '-', '_'), ' ', '_') as charge_type,
        replace(replace(lower({{ to_text('raw.billing_period') }}), '-', '_'), ' ', '_') as billing_period,
        {{ to_integer('raw.specific_billing_period') }} as specific_billing_period,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

    left join statuses
        on lower({{ to_text('raw.charge_model') }}) = statuses.raw_value

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
    product_rate_plan_charge_id,
    product_id,
    product_rate_plan_id,
    charge_model,
    charge_type,
    billing_period,
    specific_billing_period,
    created_at,
    created_on

from judged
