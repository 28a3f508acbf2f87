{#- Grain: one delivered row of the raw table charge. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'charge') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'charge', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'charge') }} as payload_hash,
        {{ row_problem('stripe', 'charge') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as charge_id,
        {{ to_text('raw.payment_intent_id') }} as payment_intent_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.balance_transaction_id') }} as balance_transaction_id,
        lower({{ to_text('raw.status') }}) as charge_status,
        {{ to_boolean('raw.paid') }} as is_paid,
        {{ to_boolean('raw.captured') }} as is_captured,
        {{ to_text('raw.failure_code') }} as failure_code,
        {{ to_text('raw.outcome_type') }} as outcome_type,
        {{ to_text('raw.outcome_reason') }} as outcome_reason,
        {{ to_text('raw.outcome_network_status') }} as network_status,
        {{ to_text('raw.payment_method_id') }} as payment_method_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as charge_amount,
        {{ minor_to_major('raw.amount_captured') }} as captured_amount,
        {{ minor_to_major('raw.amount_refunded') }} as refunded_amount,
        {{ both_clocks('raw.created', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.status') }}) = statuses.raw_value

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
    charge_id,
    payment_intent_id,
    invoice_id,
    customer_id,
    balance_transaction_id,
    charge_status,
    is_paid,
    is_captured,
    failure_code,
    outcome_type,
    outcome_reason,
    network_status,
    payment_method_id,
    currency,
    charge_amount,
    captured_amount,
    refunded_amount,
    created_at,
    created_on

from judged
