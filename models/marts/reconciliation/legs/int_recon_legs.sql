{#- Grain: one document on one side of one active pair, in or out of scope. -#}
with

legs as (

    {{ union_recon('legs', without=['residual_amount']) }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

)

select
    -- keys
    legs.pair_id,
    legs.side,
    legs.leg_key,
    -- What names no key, entity or currency stands for itself: no document may be lost for it.
    coalesce(legs.clear_key, legs.leg_key) as clear_key,
    coalesce(legs.natural_key, legs.leg_key) as natural_key,
    coalesce(legs.legal_entity_code, 'unassigned') as legal_entity_code,
    legs.customer_key,
    legs.source_table,
    legs.source_key,

    -- attributes
    legs.document_kind,
    legs.account_code,
    coalesce(legs.currency, 'XXX') as currency,
    legs.functional_currency,
    legs.reference_raw,
    legs.compared_value,
    legs.out_of_scope_reason,

    -- measures
    cast(coalesce(legs.signed_amount, 0) as decimal(18, 4)) as signed_amount,
    legs.signed_amount_functional,
    legs.part_amount,
    legs.rounded_item_count,
    cast(
        case when legs.side = 'L' then 1 else -1 end * coalesce(legs.signed_amount, 0)
        as decimal(18, 4)
    ) as residual_amount,

    -- times
    legs.occurred_on,
    -- A document without any date belongs to no period: it stands apart, in sight.
    coalesce(legs.period_month, cast('1900-01-01' as date)) as period_month,
    legs.due_on,
    legs.recorded_at

from legs

inner join pairs
    on legs.pair_id = pairs.pair_id

where pairs.is_active
