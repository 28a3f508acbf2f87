{#- Grain: one document on one side of one active pair, in or out of scope. A view, as the legs of each
    pair are: a million invoices have 26 million legs, and writing them costs more than reading them
    three times. -#}
with

legs as (

    {{ union_listed('recon_legs', 'int_recon_legs_', without=['residual_amount']) }}

),

pairs as (

    select * from {{ ref('recon_pairs') }} where is_active

),

named as (

    select
        legs.*,
        {{ clearing_columns()['clear_key'] }} as leg_clear_key,
        {{ clearing_columns()['legal_entity_code'] }} as leg_legal_entity_code,
        {{ clearing_columns()['currency'] }} as leg_currency,
        {{ leg_natural_key() }} as leg_natural_key,
        {{ leg_period_month() }} as leg_period_month,
        cast(coalesce(signed_amount, 0) as decimal(18, 4)) as leg_amount

    from legs

)

select
    -- keys
    named.pair_id,
    named.side,
    named.leg_key,
    named.leg_clear_key as clear_key,
    named.leg_natural_key as natural_key,
    named.leg_legal_entity_code as legal_entity_code,
    named.customer_key,
    named.source_table,
    named.source_key,

    -- attributes
    named.document_kind,
    named.account_code,
    named.leg_currency as currency,
    named.functional_currency,
    named.reference_raw,
    named.compared_value,
    named.out_of_scope_reason,

    -- measures
    named.leg_amount as signed_amount,
    named.signed_amount_functional,
    named.part_amount,
    named.rounded_item_count,
    cast(case when named.side = 'L' then named.leg_amount else -named.leg_amount end as decimal(18, 4))
        as residual_amount,

    -- times
    named.occurred_on,
    named.leg_period_month as period_month,
    named.due_on,
    named.recorded_at

from named

inner join pairs
    on named.pair_id = pairs.pair_id
