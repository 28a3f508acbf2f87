{#- Grain: one accepted row of the flat file payout_lines. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__payout_lines') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_payout_line_id,
    rows_taken.source_entity_id,
    rows_taken.source_payout_id,
    rows_taken.source_payment_id,
    rows_taken.source_refund_id,
    rows_taken.source_dispute_id,
    rows_taken.source_object_id,
    rows_taken.line_kind,
    rows_taken.reporting_category,
    rows_taken.line_status,
    rows_taken.currency,
    rows_taken.gross_amount,
    rows_taken.fee_amount,
    rows_taken.net_amount,
    rows_taken.exchange_rate,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.available_at,
    rows_taken.available_on,
    rows_taken.recorded_at

from rows_taken
