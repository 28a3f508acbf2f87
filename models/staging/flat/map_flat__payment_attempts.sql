{#- Grain: one accepted row of the flat file payment_attempts. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__payment_attempts') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_payment_attempt_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_payment_id,
    rows_taken.source_payment_intent_id,
    rows_taken.source_invoice_id,
    rows_taken.attempt_number,
    rows_taken.attempt_status,
    rows_taken.decline_code,
    rows_taken.network_status,
    rows_taken.payment_method_kind,
    rows_taken.payment_method_brand,
    rows_taken.currency,
    rows_taken.attempted_amount,
    rows_taken.attempted_at,
    rows_taken.attempted_on,
    rows_taken.recorded_at

from rows_taken
