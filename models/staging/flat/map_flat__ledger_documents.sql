{#- Grain: one accepted row of the flat file ledger_documents. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__ledger_documents') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_ledger_document_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.document_kind,
    rows_taken.document_number,
    rows_taken.external_reference,
    rows_taken.document_status,
    rows_taken.is_voided,
    rows_taken.is_reversal,
    rows_taken.reverses_source_ledger_document_id,
    rows_taken.source_fiscal_period_id,
    rows_taken.created_by,
    rows_taken.currency,
    rows_taken.total_amount,
    rows_taken.open_amount,
    rows_taken.functional_currency,
    rows_taken.exchange_rate,
    rows_taken.total_amount_functional,
    rows_taken.document_at,
    rows_taken.document_on,
    rows_taken.due_on,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.recorded_at

from rows_taken
