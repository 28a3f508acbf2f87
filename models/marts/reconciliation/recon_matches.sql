{#- Grain: one clearing key that agrees to the minor unit on both sides. -#}
with

recon_groups as (

    select * from {{ ref('int_recon_groups') }}

)

select
    -- keys
    recon_group_key,
    pair_id,
    legal_entity_code,
    clear_key,

    -- attributes
    currency,
    'M1' as match_rule,

    -- measures
    left_count,
    right_count,
    left_amount as matched_amount,

    -- times
    period_month

from recon_groups

where residual_amount = 0 and left_count > 0 and right_count > 0
