{{ config(group='marts') }}
-- Law (tie-out): per pair, entity, currency and period the left side less the right side is what
-- the items say, exact to the minor unit.
with

legs as (

    select
        pair_id,
        legal_entity_code,
        currency,
        period_month,
        {{ sum_amount('residual_amount') }} as residual_amount

    from {{ ref('int_recon_legs') }}

    where out_of_scope_reason is null

    group by 1, 2, 3, 4

),

breaks as (

    select
        pair_id,
        legal_entity_code,
        currency,
        period_month,
        {{ sum_amount('residual_amount') }} as residual_amount

    from {{ ref('recon_breaks') }}

    group by 1, 2, 3, 4

)

select
    coalesce(legs.pair_id, breaks.pair_id) as pair_id,
    coalesce(legs.legal_entity_code, breaks.legal_entity_code) as legal_entity_code,
    coalesce(legs.currency, breaks.currency) as currency,
    coalesce(legs.period_month, breaks.period_month) as period_month,
    legs.residual_amount as residual_of_legs,
    breaks.residual_amount as residual_of_breaks

from legs

full outer join breaks
    on legs.pair_id = breaks.pair_id
    and legs.legal_entity_code = breaks.legal_entity_code
    and legs.currency = breaks.currency
    and legs.period_month = breaks.period_month

where coalesce(legs.residual_amount, 0) <> coalesce(breaks.residual_amount, 0)
