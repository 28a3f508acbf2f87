{#- Grain: one accepted row of the flat file promises_to_pay. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__promises_to_pay') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_promise_to_pay_id,
    rows_taken.source_customer_id,
    rows_taken.source_invoice_id,
    rows_taken.promise_status,
    rows_taken.currency,
    rows_taken.promised_amount,
    rows_taken.promised_for_on,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.recorded_at

from rows_taken
