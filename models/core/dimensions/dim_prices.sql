{#- Grain: one price of one product. -#}
with

prices as (

    select * from {{ ref('cdm_prices') }}

),

products as (

    select * from {{ ref('cdm_products') }}

)

select
    -- keys
    {{ source_key('prices', 'price') }} as price_key,
    {{ source_key('products', 'product') }} as product_key,
    prices.source_system,
    prices.source_account,
    prices.source_price_id,
    prices.source_product_id,

    -- attributes
    prices.currency,
    prices.price_model,
    prices.billing_interval,
    prices.billing_interval_count,
    prices.usage_kind,
    prices.usage_aggregation,
    prices.is_active,
    prices.source_product_id is null
    or products.source_product_id is not null as is_product_resolved,

    -- measures
    prices.unit_price,
    prices.package_quantity,

    -- times
    prices.valid_from_on,
    prices.valid_before_on,
    prices.recorded_at

from prices

left join products
    on prices.source_system = products.source_system
    and prices.source_account = products.source_account
    and prices.source_product_id = products.source_product_id
