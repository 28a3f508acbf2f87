{#- Grain: one accepted row of the flat file payments. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__payments') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_payment_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_payment_intent_id,
    rows_taken.payment_channel,
    rows_taken.processor_reference,
    rows_taken.remittance_reference,
    rows_taken.payment_method_kind,
    rows_taken.payment_status,
    rows_taken.is_captured,
    rows_taken.currency,
    rows_taken.payment_amount,
    rows_taken.authorised_at,
    rows_taken.authorised_on,
    rows_taken.paid_at,
    rows_taken.paid_on,
    rows_taken.recorded_at

from rows_taken
