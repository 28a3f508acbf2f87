{#- Grain: one accepted row of the flat file journal_lines. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__journal_lines') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_journal_line_id,
    rows_taken.source_entity_id,
    rows_taken.source_ledger_document_id,
    rows_taken.source_fiscal_period_id,
    rows_taken.source_customer_id,
    rows_taken.line_number,
    rows_taken.accounting_book_code,
    rows_taken.is_primary_book,
    rows_taken.account_code,
    rows_taken.account_kind,
    rows_taken.is_posting,
    rows_taken.currency,
    rows_taken.line_amount,
    rows_taken.functional_currency,
    rows_taken.exchange_rate,
    rows_taken.line_amount_functional,
    rows_taken.posted_at,
    rows_taken.posted_on,
    rows_taken.recorded_at

from rows_taken
