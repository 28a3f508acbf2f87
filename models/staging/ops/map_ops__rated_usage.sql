{#- Grain: one rated event, or sum of events. -#}
with

ratings as (

    select * from {{ ref('stg_ops__rated_usage') }} where row_disposition = 'accepted'

)

select
    'ops' as source_system,
    ratings.source_account,
    ratings.rated_usage_id as source_rated_usage_id,
    ratings.usage_event_id as source_usage_event_id,
    ratings.meter_code,
    ratings.customer_id as source_customer_id,
    ratings.subscription_item_id as source_subscription_item_id,
    ratings.price_id as source_price_id,
    ratings.invoice_line_id as source_invoice_line_id,
    ratings.currency,
    ratings.quantity,
    ratings.rated_amount,
    ratings.usage_starts_at,
    ratings.usage_starts_on,
    ratings.usage_ends_at,
    ratings.usage_ends_on,
    ratings.rated_at,
    ratings.rated_on,
    ratings.recorded_at

from ratings
