{#- Grain: one accepted row of the flat file adjustments. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__adjustments') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_adjustment_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_invoice_id,
    rows_taken.source_credit_note_id,
    rows_taken.adjustment_kind,
    rows_taken.reason_code,
    rows_taken.created_by,
    rows_taken.currency,
    rows_taken.adjustment_amount,
    rows_taken.adjusted_at,
    rows_taken.adjusted_on,
    rows_taken.recorded_at

from rows_taken
