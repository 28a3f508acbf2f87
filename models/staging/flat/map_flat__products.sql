{#- Grain: one accepted row of the flat file products. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__products') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_product_id,
    rows_taken.product_name,
    rows_taken.product_family,
    rows_taken.is_active,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.recorded_at

from rows_taken
