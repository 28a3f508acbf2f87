{#- Grain: what one ledger document posts to one cash account in one currency. -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

),

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

bank_accounts as (

    select * from {{ ref('bank_accounts') }}

),

posted as (

    select
        journal_lines.ledger_document_key,
        journal_lines.source_system,
        journal_lines.source_account,
        journal_lines.account_code,
        journal_lines.currency,
        max(journal_lines.posted_on) as posted_on,
        max(journal_lines.period_month) as period_month,
        {{ sum_amount('journal_lines.line_amount') }} as cash_amount,
        {{ sum_amount('journal_lines.line_amount_functional') }} as cash_amount_functional

    from journal_lines

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code
        and accounts.account_role = 'bank'

    where journal_lines.ledger_document_key is not null

    group by
        journal_lines.ledger_document_key,
        journal_lines.source_system,
        journal_lines.source_account,
        journal_lines.account_code,
        journal_lines.currency

),

customers_cash as (

    -- Money of customers, whatever the document is called.
    select journal_lines.ledger_document_key

    from journal_lines

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code
        and accounts.account_role in ('receivables', 'unidentified_receipts', 'customer_prepayments')

    group by journal_lines.ledger_document_key

)

select
    -- keys
    posted.ledger_document_key,
    ledger_documents.customer_key,
    ledger_documents.legal_entity_code,
    posted.account_code,
    coalesce(bank_accounts.source_bank_account_id, 'account ' || posted.account_code)
        as source_bank_account_id,
    ledger_documents.document_number,
    ledger_documents.external_reference,

    -- attributes
    ledger_documents.document_kind,
    customers_cash.ledger_document_key is not null as is_customers_cash,
    posted.currency,
    ledger_documents.functional_currency,

    -- measures
    cast(posted.cash_amount as decimal(18, 4)) as cash_amount,
    cast(posted.cash_amount_functional as decimal(18, 4)) as cash_amount_functional,

    -- times
    posted.posted_on,
    posted.period_month,
    ledger_documents.recorded_at

from posted

inner join ledger_documents
    on posted.ledger_document_key = ledger_documents.ledger_document_key

left join bank_accounts
    on posted.source_system = bank_accounts.ledger_system
    and posted.source_account = bank_accounts.ledger_account
    and posted.account_code = bank_accounts.account_code

left join customers_cash
    on posted.ledger_document_key = customers_cash.ledger_document_key

where posted.cash_amount <> 0 or posted.cash_amount_functional <> 0
