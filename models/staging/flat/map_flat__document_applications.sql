{#- Grain: one accepted row of the flat file document_applications. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__document_applications') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_document_application_id,
    rows_taken.source_invoice_id,
    rows_taken.source_payment_id,
    rows_taken.source_credit_note_id,
    rows_taken.application_kind,
    rows_taken.is_reversal,
    rows_taken.reverses_source_document_application_id,
    rows_taken.currency,
    rows_taken.applied_amount,
    rows_taken.applied_at,
    rows_taken.applied_on,
    rows_taken.recorded_at

from rows_taken
