{#- Grain: one leg whose clearing key does not plainly agree. -#}
with

legs as (

    select * from {{ ref('int_recon_legs') }} where out_of_scope_reason is null

),

recon_keys as (

    select * from {{ ref('int_recon_keys') }} where not is_plain

)

select
    -- keys
    recon_keys.recon_key,
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

    -- measures
    legs.signed_amount,
    legs.signed_amount_functional,
    legs.residual_amount,
    legs.part_amount,
    legs.rounded_item_count,

    -- times
    legs.occurred_on,
    legs.period_month,
    legs.due_on,
    legs.recorded_at

from legs

inner join recon_keys
    on legs.pair_id = recon_keys.pair_id
    and legs.legal_entity_code = recon_keys.legal_entity_code
    and legs.currency = recon_keys.currency
    and legs.clear_key = recon_keys.clear_key
