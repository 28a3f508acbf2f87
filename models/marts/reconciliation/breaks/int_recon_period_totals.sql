{#- Grain: one pair, legal entity, currency and period with the totals of both sides. -#}
with

totals as (

    -- What agrees plainly lies in one period.
    select
        pair_id,
        legal_entity_code,
        currency,
        first_period_month as period_month,
        left_count,
        right_count,
        left_amount,
        right_amount,
        left_gross_amount,
        right_gross_amount

    from {{ ref('int_recon_keys') }}

    where is_plain

    union all

    select
        pair_id,
        legal_entity_code,
        currency,
        period_month,
        case when side = 'L' then 1 else 0 end as left_count,
        case when side = 'R' then 1 else 0 end as right_count,
        case when side = 'L' then signed_amount else 0 end as left_amount,
        case when side = 'R' then signed_amount else 0 end as right_amount,
        case when side = 'L' then abs(signed_amount) else 0 end as left_gross_amount,
        case when side = 'R' then abs(signed_amount) else 0 end as right_gross_amount

    from {{ ref('int_recon_loose_legs') }}

)

select
    -- keys
    pair_id,
    legal_entity_code,

    -- attributes
    currency,

    -- measures
    cast(sum(left_count) as bigint) as left_count,
    cast(sum(right_count) as bigint) as right_count,
    {{ sum_amount('left_amount') }} as left_amount,
    {{ sum_amount('right_amount') }} as right_amount,
    {{ sum_amount('left_gross_amount') }} as left_gross_amount,
    {{ sum_amount('right_gross_amount') }} as right_gross_amount,
    cast(sum(left_amount) - sum(right_amount) as decimal(38, 4)) as residual_amount,

    -- times
    period_month

from totals

group by pair_id, legal_entity_code, currency, period_month
