{#- Grain: one delivered row of the raw table payout_balance_transaction. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'payout_balance_transaction') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.payout_id', 'raw.balance_transaction_id']) }} as row_id,
        {{ delivered_id(['raw.payout_id', 'raw.balance_transaction_id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'payout_balance_transaction') }} as payload_hash,
        {{ row_problem('stripe', 'payout_balance_transaction') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.payout_id') }} as payout_id,
        {{ to_text('raw.balance_transaction_id') }} as balance_transaction_id

    from raw

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
    balance_transaction_id

from judged
