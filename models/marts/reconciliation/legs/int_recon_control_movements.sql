{#- Grain: one kind of movement on the receivables control account in one legal entity, currency and
    period. -#}
with

journal_lines as (

    select * from {{ ref('fct_journal_lines') }} where is_posting and is_primary_book

),

accounts as (

    select * from {{ ref('dim_accounts') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

),

entries as (

    select * from {{ ref('int_recon_receivable_entries') }}

),

taken_back as (

    -- Few documents reverse another one.
    select
        reversals.ledger_document_key,
        originals.document_kind

    from ledger_documents as reversals

    inner join ledger_documents as originals
        on reversals.reverses_source_ledger_document_id = originals.source_ledger_document_id
        and reversals.source_system = originals.source_system
        and reversals.source_account = originals.source_account

),

journals_against as (

    -- What stands against the receivable says what a journal is.
    select
        journal_lines.ledger_document_key,
        max(case when accounts.account_role = 'bad_debt' then 1 else 0 end) as bad_debt,
        max(case when accounts.account_role in ('disputed_funds', 'dispute_losses') then 1 else 0 end)
            as disputed

    from ledger_documents

    inner join journal_lines
        on ledger_documents.ledger_document_key = journal_lines.ledger_document_key

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code

    where ledger_documents.document_kind = 'journal'

    group by journal_lines.ledger_document_key

),

named as (

    select
        journal_lines.legal_entity_code,
        journal_lines.currency,
        journal_lines.functional_currency,
        journal_lines.line_amount,
        journal_lines.line_amount_functional,
        journal_lines.period_month,
        case
            when ledger_documents.document_kind = 'revaluation' then 'revaluation'
            when entries.is_functional_only then 'exchange_differences'
            when taken_back.document_kind = 'receipt' then 'receipts_reversed'
            when taken_back.document_kind = 'refund' then 'refunds_reversed'
            when taken_back.document_kind = 'credit_memo' then 'credit_memos_reversed'
            when taken_back.document_kind in ('invoice', 'debit_memo') then 'invoices_reversed'
            when ledger_documents.document_kind = 'invoice' then 'invoices'
            when ledger_documents.document_kind = 'debit_memo' then 'debit_memos'
            when ledger_documents.document_kind = 'credit_memo' then 'credit_memos'
            when ledger_documents.document_kind = 'receipt' then 'receipts'
            when ledger_documents.document_kind = 'refund' then 'refunds'
            when journals_against.bad_debt = 1 then 'write_offs'
            when journals_against.disputed = 1 then 'chargebacks'
            else 'manual_journals'
        end as movement

    from journal_lines

    inner join accounts
        on journal_lines.source_system = accounts.source_system
        and journal_lines.source_account = accounts.source_account
        and journal_lines.account_code = accounts.account_code
        and accounts.account_role = 'receivables'

    left join ledger_documents
        on journal_lines.ledger_document_key = ledger_documents.ledger_document_key

    left join entries
        on journal_lines.ledger_document_key = entries.ledger_document_key

    left join taken_back
        on journal_lines.ledger_document_key = taken_back.ledger_document_key

    left join journals_against
        on journal_lines.ledger_document_key = journals_against.ledger_document_key

)

select
    -- keys
    legal_entity_code,

    -- attributes
    movement,
    currency,
    functional_currency,

    -- measures
    {{ sum_amount('line_amount') }} as movement_amount,
    {{ sum_amount('line_amount_functional') }} as movement_amount_functional,

    -- times
    period_month

from named

group by legal_entity_code, movement, currency, functional_currency, period_month
