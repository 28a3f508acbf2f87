{#- Grain: one accepted row of the flat file rated_usage. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__rated_usage') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_rated_usage_id,
    rows_taken.source_usage_event_id,
    rows_taken.meter_code,
    rows_taken.source_customer_id,
    rows_taken.source_subscription_item_id,
    rows_taken.source_price_id,
    rows_taken.source_invoice_line_id,
    rows_taken.currency,
    rows_taken.quantity,
    rows_taken.rated_amount,
    rows_taken.usage_starts_at,
    rows_taken.usage_starts_on,
    rows_taken.usage_ends_at,
    rows_taken.usage_ends_on,
    rows_taken.rated_at,
    rows_taken.rated_on,
    rows_taken.recorded_at

from rows_taken
