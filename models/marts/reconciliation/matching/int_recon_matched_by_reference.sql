{#- Grain: one left key and one right key whose references are one when read as people read them
    (M4), whatever the amount: one that differs is then a break of the two together. -#}
with

pool as (

    {{ pool_after('M4', []) }}

),

candidates as (

    select
        left_pool.recon_key as left_recon_key,
        right_pool.recon_key as right_recon_key,
        left_pool.reference_raw as left_reference,
        right_pool.reference_raw as right_reference

    from pool as left_pool

    inner join pool as right_pool
        on left_pool.pair_id = right_pool.pair_id
        and left_pool.legal_entity_code = right_pool.legal_entity_code
        and left_pool.currency = right_pool.currency
        and left_pool.reference_normalised = right_pool.reference_normalised

    where left_pool.side = 'L' and right_pool.side = 'R'

)

select
    -- keys
    left_recon_key,
    right_recon_key,

    -- attributes
    'M4' as match_rule,
    {{ is_not_unique() }} as is_ambiguous,
    '"' || left_reference || '" read as "' || right_reference || '"' as evidence

from candidates
