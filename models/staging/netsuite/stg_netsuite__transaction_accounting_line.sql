{#- Grain: one delivered row of the raw table transaction_accounting_line. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'transaction_accounting_line') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.transaction', 'raw.transactionline', 'raw.accountingbook']) }} as row_id,
        {{ delivered_id(['raw.transaction', 'raw.transactionline', 'raw.accountingbook']) }}
            as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'transaction_accounting_line') }} as payload_hash,
        {{ row_problem('netsuite', 'transaction_accounting_line') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.transaction') }} as transaction_id,
        {{ to_text('raw.transactionline') }} as line_id,
        {{ to_text('raw.accountingbook') }} as accounting_book_id,
        {{ to_text('raw.account') }} as account_id,
        {{ to_decimal('raw.amount', 24, 12) }} as base_amount,
        {{ to_decimal('raw.exchangerate', 24, 12) }} as exchange_rate,
        {{ to_boolean('raw.posting') }} as is_posting

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
    transaction_id,
    line_id,
    accounting_book_id,
    account_id,
    base_amount,
    exchange_rate,
    is_posting

from judged
