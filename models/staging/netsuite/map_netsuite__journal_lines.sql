{#- Grain: one posting line of one NetSuite accounting book. -#}
with

accounting_lines as (

    select * from {{ ref('stg_netsuite__transaction_accounting_line') }}
    where row_disposition = 'accepted'

),

lines as (

    select * from {{ ref('stg_netsuite__transaction_line') }} where row_disposition = 'accepted'

),

transactions as (

    select * from {{ ref('stg_netsuite__transaction') }} where row_disposition = 'accepted'

),

accounts as (

    select * from {{ ref('stg_netsuite__account') }} where row_disposition = 'accepted'

),

books as (

    select * from {{ ref('stg_netsuite__accounting_book') }} where row_disposition = 'accepted'

),

currencies as (

    select * from {{ ref('stg_netsuite__currency') }} where row_disposition = 'accepted'

),

subsidiaries as (

    select * from {{ ref('stg_netsuite__subsidiary') }} where row_disposition = 'accepted'

)

select
    'netsuite' as source_system,
    accounting_lines.source_account,
    accounting_lines.row_id as source_journal_line_id,
    lines.subsidiary_id as source_entity_id,
    accounting_lines.transaction_id as source_ledger_document_id,
    transactions.accounting_period_id || '|' || lines.subsidiary_id as source_fiscal_period_id,
    coalesce(lines.customer_id, transactions.customer_id) as source_customer_id,
    cast(lines.line_number as int) as line_number,
    accounting_lines.accounting_book_id as accounting_book_code,
    coalesce(books.is_primary, false) as is_primary_book,
    coalesce(accounts.account_code, accounting_lines.account_id) as account_code,
    accounts.account_kind,
    coalesce(accounting_lines.is_posting, true) as is_posting,
    currencies.currency,
    cast(lines.foreign_amount as decimal(18, 4)) as line_amount,
    base_currencies.currency as functional_currency,
    coalesce(accounting_lines.exchange_rate, transactions.exchange_rate) as exchange_rate,
    cast(accounting_lines.base_amount as decimal(18, 4)) as line_amount_functional,
    cast(null as timestamp) as posted_at,
    transactions.transaction_on as posted_on,
    coalesce(transactions.created_at, accounting_lines.synced_at) as recorded_at

from accounting_lines

inner join lines
    on accounting_lines.source_account = lines.source_account
    and accounting_lines.transaction_id = lines.transaction_id
    and accounting_lines.line_id = lines.line_id

inner join transactions
    on accounting_lines.source_account = transactions.source_account
    and accounting_lines.transaction_id = transactions.transaction_id

left join accounts
    on accounting_lines.source_account = accounts.source_account
    and accounting_lines.account_id = accounts.account_id

left join books
    on accounting_lines.source_account = books.source_account
    and accounting_lines.accounting_book_id = books.accounting_book_id

left join currencies
    on transactions.source_account = currencies.source_account
    and transactions.currency_id = currencies.currency_id

left join subsidiaries
    on lines.source_account = subsidiaries.source_account
    and lines.subsidiary_id = subsidiaries.subsidiary_id

left join currencies as base_currencies
    on subsidiaries.source_account = base_currencies.source_account
    and subsidiaries.currency_id = base_currencies.currency_id

-- A line without an account posts nothing (memo and tax summary lines).
where accounting_lines.account_id is not null
