{#- Grain: one document on one side of one active pair, in or out of scope. -#}
{{ config(access='private', schema='marts_private') }}
with

legs as (

    select * from {{ ref('int_recon_legs_invoices') }}
    union all
    select * from {{ ref('int_recon_legs_payout_lines') }}
    union all
    select * from {{ ref('int_recon_legs_bank') }}

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
    legs.legal_entity_code,
    legs.source_table,
    legs.source_key,

    -- attributes
    legs.currency,
    legs.out_of_scope_reason,

    -- measures
    legs.signed_amount,
    cast(
        case when legs.side = 'L' then legs.signed_amount else -legs.signed_amount end
        as decimal(18, 4)
    ) as residual_amount,

    -- times
    legs.occurred_on,
    -- A document without any date belongs to no period: it stands apart, in sight.
    coalesce(legs.period_month, cast('1900-01-01' as date)) as period_month,
    legs.due_on

from legs

inner join pairs
    on legs.pair_id = pairs.pair_id

where pairs.is_active
