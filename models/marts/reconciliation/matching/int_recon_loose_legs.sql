{#- Grain: one leg whose clearing key does not plainly agree. -#}
with

watched_legs as (

    select * from {{ ref('int_recon_watched_legs') }} where not is_plain

)

select
    -- keys
    recon_key,
    pair_id,
    side,
    leg_key,
    clear_key,
    natural_key,
    legal_entity_code,
    customer_key,
    source_table,
    source_key,

    -- attributes
    document_kind,
    account_code,
    currency,
    functional_currency,
    reference_raw,
    compared_value,

    -- measures
    signed_amount,
    signed_amount_functional,
    residual_amount,
    part_amount,
    rounded_item_count,

    -- times
    occurred_on,
    period_month,
    due_on,
    recorded_at

from watched_legs
