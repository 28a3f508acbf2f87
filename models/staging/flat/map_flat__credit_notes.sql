{#- Grain: one accepted row of the flat file credit_notes. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__credit_notes') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_credit_note_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_invoice_id,
    rows_taken.credit_note_number,
    rows_taken.credit_note_status,
    rows_taken.reason_code,
    rows_taken.created_by,
    rows_taken.currency,
    rows_taken.subtotal_amount,
    rows_taken.discount_amount,
    rows_taken.tax_amount,
    rows_taken.total_amount,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.issued_at,
    rows_taken.issued_on,
    rows_taken.voided_at,
    rows_taken.voided_on,
    rows_taken.recorded_at

from rows_taken
