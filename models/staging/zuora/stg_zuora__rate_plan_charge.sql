{#- Grain: one delivered row of the raw table rate_plan_charge. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'rate_plan_charge') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

statuses as (

    {{ known_words('zuora', 'rate_plan_charge', 'charge_type') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'rate_plan_charge') }} as payload_hash,
        {{ row_problem('zuora', 'rate_plan_charge') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as rate_plan_charge_id,
        {{ to_text('raw.original_id') }} as original_id,
        {{ to_text('raw.charge_number') }} as charge_number,
        {{ to_integer('raw.segment') }} as segment,
        {{ to_integer('raw.version') }} as version_number,
        {{ to_text('raw.subscription_id') }} as subscription_id,
        {{ to_text('raw.rate_plan_id') }} as rate_plan_id,
        {{ to_text('raw.product_id') }} as product_id,
        {{ to_text('raw.product_rate_plan_charge_id') }} as product_rate_plan_charge_id,
        lower({{ to_text('raw.charge_type') }}) as charge_type,
        lower({{ to_text('raw.charge_model') }}) as charge_model,
        replace(replace(lower({{ to_text('raw.billing_period') }}), '-', '_'), ' ', '_') as billing_period,
        {{ to_integer('raw.specific_billing_period') }} as specific_billing_period,
        {{ to_currency('raw.transaction_currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_date('raw.effective_start_date') }} as starts_on,
        {{ to_date('raw.effective_end_date') }} as ends_on,
        {{ to_text('raw.sf_order_item_id__c') }} as contract_line_id,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.transaction_currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.charge_type') }}) = statuses.raw_value

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
    rate_plan_charge_id,
    original_id,
    charge_number,
    segment,
    version_number,
    subscription_id,
    rate_plan_id,
    product_id,
    product_rate_plan_charge_id,
    charge_type,
    charge_model,
    billing_period,
    specific_billing_period,
    currency,
    quantity,
    starts_on,
    ends_on,
    contract_line_id,
    created_at,
    created_on

from judged
