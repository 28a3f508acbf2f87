{#- Grain: one left key and one right key with the same amount and references that are nearly the
    same (M9): a proposal. -#}
with

pool as (

    {{ pool_after('M9', [
        'int_recon_matched_by_reference',
        'int_recon_matched_by_party',
        'int_recon_proposed_by_amount',
        'int_recon_proposed_by_sum',
    ]) }}

),

candidates as (

    {{ candidates_by_amount(
        'and ' ~ likeness('left_pool.reference_bare', 'right_pool.reference_bare') ~ ' >= 0.92'
    ) }}

)

select
    -- keys
    left_recon_key,
    right_recon_key,

    -- attributes
    'M9' as match_rule,
    {{ is_not_unique() }} as is_ambiguous,
    '"' || left_reference || '" is like "' || right_reference || '"' as evidence

from candidates
