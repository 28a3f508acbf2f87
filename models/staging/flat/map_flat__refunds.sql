{#- Grain: one accepted row of the flat file refunds. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__refunds') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_refund_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_payment_id,
    rows_taken.source_credit_note_id,
    rows_taken.refund_status,
    rows_taken.reason_code,
    rows_taken.failure_code,
    rows_taken.currency,
    rows_taken.refund_amount,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.failed_at,
    rows_taken.failed_on,
    rows_taken.recorded_at

from rows_taken
