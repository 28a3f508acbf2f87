{#- Grain: one delivered row of the raw table invoice_item. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'invoice_item') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

statuses as (

    {{ known_words('zuora', 'invoice_item', 'processing_type') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'invoice_item') }} as payload_hash,
        {{ row_problem('zuora', 'invoice_item') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as invoice_item_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.subscription_id') }} as subscription_id,
        {{ to_text('raw.rate_plan_charge_id') }} as rate_plan_charge_id,
        {{ to_text('raw.product_id') }} as product_id,
        {{ to_text('raw.product_rate_plan_charge_id') }} as product_rate_plan_charge_id,
        {{ to_text('raw.applied_to_invoice_item_id') }} as applied_to_invoice_item_id,
        lower({{ to_text('raw.processing_type') }}) as processing_type,
        {{ to_text('raw.charge_name') }} as charge_name,
        {{ to_currency('raw.transaction_currency') }} as currency,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.charge_amount') }} as charge_amount,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ to_date('raw.service_start_date') }} as service_starts_on,
        {{ to_date('raw.service_end_date') }} as service_ends_on,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.transaction_currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.processing_type') }}) = statuses.raw_value

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
    invoice_item_id,
    invoice_id,
    subscription_id,
    rate_plan_charge_id,
    product_id,
    product_rate_plan_charge_id,
    applied_to_invoice_item_id,
    processing_type,
    charge_name,
    currency,
    quantity,
    unit_price,
    charge_amount,
    tax_amount,
    service_starts_on,
    service_ends_on,
    created_at,
    created_on

from judged
