{#- Grain: one product of one system's catalogue. -#}
with

products as (

    select * from {{ ref('cdm_products') }}

)

select
    -- keys
    {{ source_key('products', 'product') }} as product_key,
    source_system,
    source_account,
    source_product_id,

    -- attributes
    product_name,
    product_family,
    is_active,

    -- times
    recorded_at

from products
