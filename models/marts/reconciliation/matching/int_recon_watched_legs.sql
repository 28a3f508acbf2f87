{#- Grain: one leg of a key that is watched, or with a defect of its own: the legs that anything after
    this looks at one by one. -#}
with

legs as (

    select * from {{ ref('int_recon_legs') }} where out_of_scope_reason is null

),

watched_keys as (

    select * from {{ ref('int_recon_watched_keys') }}

),

defective_legs as (

    -- A leg may have several defects.
    select distinct pair_id, leg_key from {{ ref('int_recon_defects') }}

)

select
    -- keys
    {{ surrogate_key(['legs.pair_id', 'legs.legal_entity_code', 'legs.currency', 'legs.clear_key']) }}
        as recon_key,
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
    -- A key that is not watched agrees.
    coalesce(watched_keys.is_plain, true) as is_plain,
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

left join watched_keys
    on legs.pair_id = watched_keys.pair_id
    and legs.legal_entity_code = watched_keys.legal_entity_code
    and legs.currency = watched_keys.currency
    and legs.clear_key = watched_keys.clear_key

left join defective_legs
    on legs.pair_id = defective_legs.pair_id
    and legs.leg_key = defective_legs.leg_key

where watched_keys.recon_key is not null or defective_legs.leg_key is not null
