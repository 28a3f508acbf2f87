{#- Grain: one accepted row of the flat file prices. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__prices') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_price_id,
    rows_taken.source_product_id,
    rows_taken.currency,
    rows_taken.price_model,
    rows_taken.unit_price,
    rows_taken.package_quantity,
    rows_taken.billing_interval,
    rows_taken.billing_interval_count,
    rows_taken.usage_kind,
    rows_taken.usage_aggregation,
    rows_taken.is_active,
    rows_taken.valid_from_on,
    rows_taken.valid_before_on,
    rows_taken.recorded_at

from rows_taken
