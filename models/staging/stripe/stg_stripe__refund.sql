{#- Grain: one delivered row of the raw table refund. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'refund') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'refund', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'refund') }} as payload_hash,
        {{ row_problem('stripe', 'refund') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as refund_id,
        {{ to_text('raw.charge_id') }} as charge_id,
        {{ to_text('raw.payment_intent_id') }} as payment_intent_id,
        {{ to_text('raw.balance_transaction_id') }} as balance_transaction_id,
        {{ to_text('raw.failure_balance_transaction_id') }} as failure_balance_transaction_id,
        lower({{ to_text('raw.status') }}) as refund_status,
        {{ to_text('raw.reason') }} as reason_code,
        {{ to_text('raw.failure_reason') }} as failure_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as refund_amount,
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
    refund_id,
    charge_id,
    payment_intent_id,
    balance_transaction_id,
    failure_balance_transaction_id,
    refund_status,
    reason_code,
    failure_code,
    currency,
    refund_amount,
    created_at,
    created_on

from judged
