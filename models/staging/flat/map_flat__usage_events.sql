{#- Grain: one accepted row of the flat file usage_events. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__usage_events') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_usage_event_id,
    rows_taken.idempotency_key,
    rows_taken.meter_code,
    rows_taken.source_customer_id,
    rows_taken.source_subscription_item_id,
    rows_taken.quantity,
    rows_taken.occurred_at,
    rows_taken.occurred_on,
    rows_taken.received_at,
    rows_taken.received_on,
    rows_taken.recorded_at

from rows_taken
