{#- Grain: one pair, legal entity, currency and age bucket of what is open. -#}
with

open_items as (

    select * from {{ ref('recon_open_items') }}

)

select
    -- keys
    pair_id,
    legal_entity_code,

    -- attributes
    pair_name,
    currency,
    age_bucket,

    -- measures
    count(*) as item_count,
    {{ sum_amount('open_amount') }} as open_amount,
    {{ sum_amount('abs(open_amount)') }} as open_amount_gross,
    max(age_days) as oldest_days

from open_items

group by pair_id, legal_entity_code, pair_name, currency, age_bucket
