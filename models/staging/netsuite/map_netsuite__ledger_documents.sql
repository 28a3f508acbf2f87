{#- Grain: one NetSuite transaction of receivables, cash or the journal. -#}
with

transactions as (

    select * from {{ ref('stg_netsuite__transaction') }} where row_disposition = 'accepted'

),

types as (

    {{ known_words('netsuite', 'transaction', 'type') }}

),

currencies as (

    select * from {{ ref('stg_netsuite__currency') }} where row_disposition = 'accepted'

),

subsidiaries as (

    select * from {{ ref('stg_netsuite__subsidiary') }} where row_disposition = 'accepted'

),

main_lines as (

    -- The header names no subsidiary: its main line does.
    select
        source_account,
        transaction_id,
        min(subsidiary_id) as subsidiary_id

    from {{ ref('stg_netsuite__transaction_line') }}

    where row_disposition = 'accepted' and is_main_line

    group by source_account, transaction_id

),

primary_books as (

    -- Other books repeat the same postings by other rules: the primary one is the ledger.
    select * from {{ ref('stg_netsuite__accounting_book') }}
    where row_disposition = 'accepted' and is_primary

),

booked as (

    -- What the primary book says the main line is worth, debit positive.
    select
        accounting_lines.source_account,
        accounting_lines.transaction_id,
        {{ sum_amount('accounting_lines.base_amount') }} as base_amount

    from {{ ref('stg_netsuite__transaction_accounting_line') }} as accounting_lines

    inner join {{ ref('stg_netsuite__transaction_line') }} as lines
        on accounting_lines.source_account = lines.source_account
        and accounting_lines.transaction_id = lines.transaction_id
        and accounting_lines.line_id = lines.line_id

    inner join primary_books
        on accounting_lines.source_account = primary_books.source_account
        and accounting_lines.accounting_book_id = primary_books.accounting_book_id

    where
        accounting_lines.row_disposition = 'accepted'
        and lines.row_disposition = 'accepted'
        and lines.is_main_line

    group by accounting_lines.source_account, accounting_lines.transaction_id

)

select
    'netsuite' as source_system,
    transactions.source_account,
    transactions.transaction_id as source_ledger_document_id,
    main_lines.subsidiary_id as source_entity_id,
    transactions.customer_id as source_customer_id,
    types.canonical_value as document_kind,
    transactions.transaction_number as document_number,
    -- NetSuite lets no two records share an external id: a second posting carries the number only.
    coalesce(transactions.external_id, transactions.transaction_number) as external_reference,
    case
        when transactions.is_voided or transactions.transaction_status = 'V' then 'voided'
        when types.canonical_value in ('invoice', 'credit_memo') and transactions.transaction_status = 'A' then 'open'
        when types.canonical_value in ('invoice', 'credit_memo') and transactions.transaction_status = 'B' then 'closed'
    end as document_status,
    coalesce(transactions.is_voided, false) or coalesce(transactions.transaction_status = 'V', false) as is_voided,
    coalesce(transactions.is_reversal, false) as is_reversal,
    transactions.reversal_transaction_id as reverses_source_ledger_document_id,
    transactions.accounting_period_id || '|' || main_lines.subsidiary_id as source_fiscal_period_id,
    transactions.created_by,
    currencies.currency,
    -- NetSuite signs memos and refunds negative; here a document's total is positive in its own
    -- kind.
    cast(
        transactions.foreign_total_amount
        * case when types.canonical_value in ('credit_memo', 'refund') then -1 else 1 end
        as decimal(18, 4)
    ) as total_amount,
    cast(null as decimal(18, 4)) as open_amount,
    base_currencies.currency as functional_currency,
    transactions.exchange_rate,
    cast(
        booked.base_amount
        * case when types.canonical_value in ('credit_memo', 'refund') then -1 else 1 end
        as decimal(18, 4)
    ) as total_amount_functional,
    cast(null as timestamp) as document_at,
    transactions.transaction_on as document_on,
    transactions.due_on,
    transactions.created_at,
    transactions.created_on,
    coalesce(transactions.created_at, transactions.synced_at) as recorded_at

from transactions

inner join types
    on transactions.transaction_type = types.raw_value

left join currencies
    on transactions.source_account = currencies.source_account
    and transactions.currency_id = currencies.currency_id

left join main_lines
    on transactions.source_account = main_lines.source_account
    and transactions.transaction_id = main_lines.transaction_id

left join subsidiaries
    on main_lines.source_account = subsidiaries.source_account
    and main_lines.subsidiary_id = subsidiaries.subsidiary_id

left join currencies as base_currencies
    on subsidiaries.source_account = base_currencies.source_account
    and subsidiaries.currency_id = base_currencies.currency_id

left join booked
    on transactions.source_account = booked.source_account
    and transactions.transaction_id = booked.transaction_id

-- Purchasing, orders and stock are no receivables documents.
where types.canonical_value <> 'other'
