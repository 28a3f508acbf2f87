{#- Grain: one document of a pair's kind that is no leg, with its reason. -#}
with

legs as (

    select * from {{ ref('int_recon_legs') }}

)

select
    -- keys
    pair_id,
    side,
    leg_key,
    legal_entity_code,
    natural_key,
    source_table,
    source_key,

    -- attributes
    currency,
    out_of_scope_reason,

    -- measures
    signed_amount,

    -- times
    occurred_on,
    period_month

from legs

where out_of_scope_reason is not null
