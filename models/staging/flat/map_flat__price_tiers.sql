{#- Grain: one accepted row of the flat file price_tiers. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__price_tiers') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_price_tier_id,
    rows_taken.source_price_id,
    rows_taken.tier_number,
    rows_taken.up_to_quantity,
    rows_taken.unit_price,
    rows_taken.flat_amount,
    rows_taken.currency,
    rows_taken.recorded_at

from rows_taken
