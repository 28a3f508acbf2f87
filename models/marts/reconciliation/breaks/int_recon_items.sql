{#- Grain: one group in one period in which its two sides differ (domain 1.2: a residual belongs to
    a group and a period). -#}
with

grouped_legs as (

    select * from {{ ref('int_recon_grouped_legs') }}

)

select
    -- keys
    recon_group_key,
    pair_id,
    legal_entity_code,

    -- attributes
    currency,

    -- measures
    count(case when side = 'L' then 1 end) as left_count,
    count(case when side = 'R' then 1 end) as right_count,
    {{ sum_amount("case when side = 'L' then signed_amount end") }} as left_amount,
    {{ sum_amount("case when side = 'R' then signed_amount end") }} as right_amount,
    {{ sum_amount('residual_amount') }} as residual_amount,
    {{ sum_amount("case when side = 'L' then signed_amount_functional else -signed_amount_functional end") }}
        as residual_amount_functional,

    -- times
    period_month,
    min(occurred_on) as first_occurred_on,
    min(due_on) as due_on,
    max(recorded_at) as recorded_at

from grouped_legs

group by recon_group_key, pair_id, legal_entity_code, currency, period_month

having sum(residual_amount) <> 0
