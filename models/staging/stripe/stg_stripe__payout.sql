{#- Grain: one delivered row of the raw table payout. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'payout') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'payout', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'payout') }} as payload_hash,
        {{ row_problem('stripe', 'payout') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as payout_id,
        {{ to_text('raw.balance_transaction_id') }} as balance_transaction_id,
        {{ to_text('raw.failure_balance_transaction_id') }} as failure_balance_transaction_id,
        lower({{ to_text('raw.status') }}) as payout_status,
        {{ to_text('raw.method') }} as payout_method,
        {{ to_boolean('raw.automatic') }} as is_automatic,
        {{ to_text('raw.destination_bank_account_id') }} as destination_bank_account_id,
        {{ to_text('raw.failure_code') }} as failure_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as payout_amount,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.arrival_date', 'arrival') }}

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
    payout_id,
    balance_transaction_id,
    failure_balance_transaction_id,
    payout_status,
    payout_method,
    is_automatic,
    destination_bank_account_id,
    failure_code,
    currency,
    payout_amount,
    created_at,
    created_on,
    arrival_at,
    arrival_on

from judged
