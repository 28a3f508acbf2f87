{#- Grain: one accepted row of the flat file disputes. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__disputes') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_dispute_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_payment_id,
    rows_taken.source_invoice_id,
    rows_taken.dispute_kind,
    rows_taken.dispute_status,
    rows_taken.reason_code,
    rows_taken.network_code,
    rows_taken.currency,
    rows_taken.disputed_amount,
    rows_taken.opened_at,
    rows_taken.opened_on,
    rows_taken.evidence_due_at,
    rows_taken.evidence_due_on,
    rows_taken.closed_at,
    rows_taken.closed_on,
    rows_taken.recorded_at

from rows_taken
