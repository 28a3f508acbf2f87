{#- Grain: one pair, legal entity, currency and period: from what was open at its beginning to what
    is open at its end. -#}
with

movements as (

    select * from {{ ref('int_recon_movements') }}

),

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

totals as (

    select * from {{ ref('int_recon_period_totals') }}

),

moved as (

    -- Less open than before is cleared, more is new; a change of sign is both.
    select
        loose_groups.pair_id,
        loose_groups.legal_entity_code,
        loose_groups.currency,
        movements.period_month,
        count(case when movements.opening_amount <> 0 then 1 end) as opening_count,
        count(case when movements.opening_amount = 0 then 1 end) as new_count,
        count(case when movements.closing_amount = 0 then 1 end) as cleared_count,
        count(case when movements.closing_amount <> 0 then 1 end) as closing_count,
        {{ sum_amount('movements.opening_amount') }} as opening_amount,
        {{ sum_amount("case when movements.opening_amount = 0 then movements.closing_amount end") }} as new_amount,
        {{ sum_amount("case when movements.closing_amount = 0 then movements.opening_amount end") }} as cleared_amount,
        {{ sum_amount(
            "case when movements.opening_amount <> 0 and movements.closing_amount <> 0"
            " then movements.closing_amount - movements.opening_amount end"
        ) }} as changed_amount,
        {{ sum_amount('movements.closing_amount') }} as closing_amount,
        {{ sum_amount('abs(movements.closing_amount)') }} as closing_amount_gross

    from movements

    inner join loose_groups
        on movements.recon_group_key = loose_groups.recon_group_key

    group by 1, 2, 3, 4

)

select
    -- keys
    coalesce(moved.pair_id, totals.pair_id) as pair_id,
    coalesce(moved.legal_entity_code, totals.legal_entity_code) as legal_entity_code,

    -- attributes
    coalesce(moved.currency, totals.currency) as currency,

    -- measures
    coalesce(moved.opening_count, 0) as opening_count,
    coalesce(moved.new_count, 0) as new_count,
    coalesce(moved.cleared_count, 0) as cleared_count,
    coalesce(moved.closing_count, 0) as closing_count,
    cast(coalesce(moved.opening_amount, 0) as decimal(38, 4)) as opening_amount,
    cast(coalesce(moved.new_amount, 0) as decimal(38, 4)) as new_amount,
    cast(coalesce(moved.changed_amount, 0) as decimal(38, 4)) as changed_amount,
    cast(coalesce(moved.cleared_amount, 0) as decimal(38, 4)) as cleared_amount,
    cast(coalesce(moved.closing_amount, 0) as decimal(38, 4)) as closing_amount,
    cast(coalesce(moved.closing_amount_gross, 0) as decimal(38, 4)) as closing_amount_gross,

    -- times
    coalesce(moved.period_month, totals.period_month) as period_month

from totals

full outer join moved
    on totals.pair_id = moved.pair_id
    and totals.legal_entity_code = moved.legal_entity_code
    and totals.currency = moved.currency
    and totals.period_month = moved.period_month
