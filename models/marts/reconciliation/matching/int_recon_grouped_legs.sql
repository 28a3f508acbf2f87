{#- Grain: one leg that does not plainly agree on its clearing key, with the group it ends in. -#}
with

loose_legs as (

    select * from {{ ref('int_recon_loose_legs') }}

),

links as (

    select * from {{ ref('int_recon_links') }} where link_status = 'matched'

),

members as (

    -- The right key names the group: only there several left keys may meet.
    select
        left_recon_key as recon_key,
        right_recon_key as recon_group_key,
        match_rule,
        evidence
    from links
    union all
    -- A right key with several left ones is still one member.
    select
        right_recon_key as recon_key,
        right_recon_key as recon_group_key,
        match_rule,
        min(evidence) as evidence
    from links
    group by right_recon_key, match_rule

)

select
    -- keys
    coalesce(members.recon_group_key, loose_legs.recon_key) as recon_group_key,
    loose_legs.recon_key,
    loose_legs.pair_id,
    loose_legs.side,
    loose_legs.leg_key,
    loose_legs.clear_key,
    loose_legs.natural_key,
    loose_legs.legal_entity_code,
    loose_legs.customer_key,
    loose_legs.source_table,
    loose_legs.source_key,

    -- attributes
    loose_legs.document_kind,
    loose_legs.currency,
    loose_legs.functional_currency,
    loose_legs.reference_raw,
    loose_legs.compared_value,
    members.match_rule as link_rule,
    members.evidence as link_evidence,

    -- measures
    loose_legs.signed_amount,
    loose_legs.signed_amount_functional,
    loose_legs.residual_amount,
    loose_legs.part_amount,
    loose_legs.rounded_item_count,

    -- times
    loose_legs.occurred_on,
    loose_legs.period_month,
    loose_legs.due_on,
    loose_legs.recorded_at

from loose_legs

left join members
    on loose_legs.recon_key = members.recon_key
