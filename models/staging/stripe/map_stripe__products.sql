{#- Grain: one Stripe product. -#}
with

products as (

    select * from {{ ref('stg_stripe__product') }} where row_disposition = 'accepted'

)

select
    'stripe' as source_system,
    products.source_account,
    products.product_id as source_product_id,
    products.product_name,
    products.product_type as product_family,
    coalesce(products.is_active, true) as is_active,
    products.created_at,
    products.created_on,
    coalesce(products.created_at, products.synced_at) as recorded_at

from products
