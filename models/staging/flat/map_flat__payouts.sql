{#- Grain: one accepted row of the flat file payouts. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__payouts') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_payout_id,
    rows_taken.source_entity_id,
    rows_taken.payout_status,
    rows_taken.payout_method,
    rows_taken.is_automatic,
    rows_taken.bank_reference,
    rows_taken.destination_account_id,
    rows_taken.failure_code,
    rows_taken.currency,
    rows_taken.payout_amount,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.arrives_at,
    rows_taken.arrives_on,
    rows_taken.recorded_at

from rows_taken
