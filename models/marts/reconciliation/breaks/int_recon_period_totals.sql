{#- Grain: one pair, legal entity, currency and period with the totals of both sides. -#}
with

legs as (

    select * from {{ ref('int_recon_legs') }} where out_of_scope_reason is null

)

select
    -- keys
    pair_id,
    legal_entity_code,

    -- attributes
    currency,

    -- measures
    count(case when side = 'L' then 1 end) as left_count,
    count(case when side = 'R' then 1 end) as right_count,
    {{ sum_amount("case when side = 'L' then signed_amount end") }} as left_amount,
    {{ sum_amount("case when side = 'R' then signed_amount end") }} as right_amount,
    {{ sum_amount("case when side = 'L' then abs(signed_amount) end") }} as left_gross_amount,
    {{ sum_amount("case when side = 'R' then abs(signed_amount) end") }} as right_gross_amount,
    {{ sum_amount('residual_amount') }} as residual_amount,

    -- times
    period_month

from legs

group by pair_id, legal_entity_code, currency, period_month
