{#- Grain: one accepted row of the flat file invoices. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__invoices') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_invoice_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_subscription_id,
    rows_taken.source_billing_run_id,
    rows_taken.invoice_number,
    rows_taken.invoice_status,
    rows_taken.billing_reason,
    rows_taken.is_negative_document or rows_taken.total_amount < 0 as is_negative_document,
    rows_taken.currency,
    rows_taken.subtotal_amount,
    rows_taken.discount_amount,
    rows_taken.tax_amount,
    rows_taken.total_amount,
    rows_taken.source_paid_amount,
    rows_taken.source_due_amount,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.issued_at,
    rows_taken.issued_on,
    rows_taken.due_at,
    rows_taken.due_on,
    rows_taken.paid_at,
    rows_taken.paid_on,
    rows_taken.voided_at,
    rows_taken.voided_on,
    rows_taken.written_off_at,
    rows_taken.written_off_on,
    rows_taken.recorded_at

from rows_taken
