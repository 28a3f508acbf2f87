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
    legs.clear_key,
    legs.natural_key,
    legs.legal_entity_code,
    legs.customer_key,
    legs.source_table,
    legs.source_key,

    -- attributes
    legs.document_kind,
    legs.account_code,
    legs.currency,
    legs.functional_currency,
    legs.reference_raw,
    legs.compared_value,
    legs.out_of_scope_reason,

    -- measures
    legs.signed_amount,
    legs.signed_amount_functional,
    legs.part_amount,
    legs.rounded_item_count,
    cast(
        case when legs.side = 'L' then legs.signed_amount else -legs.signed_amount end
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
