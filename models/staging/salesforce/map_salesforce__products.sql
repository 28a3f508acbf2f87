{#- Grain: one Salesforce product. -#}
with

products as (

    select * from {{ ref('stg_salesforce__product_2') }} where row_disposition = 'accepted'

)

select
    'salesforce' as source_system,
    products.source_account,
    products.product_id as source_product_id,
    products.product_name,
    products.product_family,
    products.is_active,
    products.created_at,
    products.created_on,
    coalesce(products.created_at, products.synced_at) as recorded_at

from products
