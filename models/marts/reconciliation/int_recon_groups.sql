{#- Grain: one clearing key of one pair, entity and currency with all its legs on both sides. -#}
{{ config(access='private', schema='marts_private') }}
with

legs as (

    select * from {{ ref('int_recon_legs') }} where out_of_scope_reason is null

)

select
    -- keys
    {{ surrogate_key(['pair_id', 'legal_entity_code', 'currency', 'clear_key']) }}
        as recon_group_key,
    pair_id,
    legal_entity_code,
    currency,
    clear_key,

    -- measures
    count(case when side = 'L' then 1 end) as left_count,
    count(case when side = 'R' then 1 end) as right_count,
    {{ sum_amount("case when side = 'L' then signed_amount end") }} as left_amount,
    {{ sum_amount("case when side = 'R' then signed_amount end") }} as right_amount,
    {{ sum_amount('residual_amount') }} as residual_amount,
    max(abs(signed_amount)) as largest_leg_amount,

    -- times
    -- The whole group stands in the period of its last leg: there it is known to agree or not.
    max(period_month) as period_month,
    min(occurred_on) as first_occurred_on,
    max(due_on) as due_on

from legs

group by 1, 2, 3, 4, 5
