{{ config(group='marts') }}
-- Law: matching decides nothing but the grouping. Per pair, entity and currency the groups carry
-- every leg in scope once, with the same sum, whatever rule made them.
with

legs as (

    select
        pair_id,
        legal_entity_code,
        currency,
        count(*) as leg_count,
        {{ sum_amount('residual_amount') }} as residual_amount

    from {{ ref('int_recon_legs') }}

    where out_of_scope_reason is null

    group by 1, 2, 3

),

recon_groups as (

    select
        pair_id,
        legal_entity_code,
        currency,
        left_count + right_count as leg_count,
        left_amount - right_amount as residual_amount
    from {{ ref('int_recon_keys') }}
    where is_plain
    union all
    select
        pair_id,
        legal_entity_code,
        currency,
        left_count + right_count as leg_count,
        residual_amount
    from {{ ref('int_recon_loose_groups') }}

),

summed as (

    select
        pair_id,
        legal_entity_code,
        currency,
        sum(leg_count) as leg_count,
        {{ sum_amount('residual_amount') }} as residual_amount

    from recon_groups

    group by 1, 2, 3

)

select
    coalesce(legs.pair_id, summed.pair_id) as pair_id,
    legs.leg_count as legs_in_scope,
    summed.leg_count as legs_in_groups,
    legs.residual_amount as residual_of_legs,
    summed.residual_amount as residual_of_groups

from legs

full outer join summed
    on legs.pair_id = summed.pair_id
    and legs.legal_entity_code = summed.legal_entity_code
    and legs.currency = summed.currency

where
    coalesce(legs.leg_count, 0) <> coalesce(summed.leg_count, 0)
    or coalesce(legs.residual_amount, 0) <> coalesce(summed.residual_amount, 0)
