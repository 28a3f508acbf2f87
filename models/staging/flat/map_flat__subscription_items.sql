{#- Grain: one accepted row of the flat file subscription_items. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__subscription_items') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_subscription_item_id,
    rows_taken.source_subscription_id,
    rows_taken.source_product_id,
    rows_taken.source_price_id,
    rows_taken.source_contract_line_id,
    rows_taken.charge_kind,
    rows_taken.billing_interval,
    rows_taken.billing_interval_count,
    rows_taken.currency,
    rows_taken.quantity,
    rows_taken.unit_price,
    rows_taken.starts_at,
    rows_taken.starts_on,
    rows_taken.ends_at,
    rows_taken.ends_on,
    rows_taken.recorded_at

from rows_taken
