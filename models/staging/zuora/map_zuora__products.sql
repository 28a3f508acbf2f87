{#- Grain: one Zuora product. -#}
with

products as (

    select * from {{ ref('stg_zuora__product') }} where row_disposition = 'accepted'

)

select
    'zuora' as source_system,
    products.source_account,
    products.product_id as source_product_id,
    products.product_name,
    products.product_family,
    -- On the day of the extract: a product can be sold until its last day.
    coalesce(cast(products.synced_at as date) < products.effective_ends_on, true) as is_active,
    products.created_at,
    products.created_on,
    coalesce(products.created_at, products.synced_at) as recorded_at

from products
