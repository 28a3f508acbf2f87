{#- Grain: one left key and one right key with the same amount within the window and nothing that
    says whose (M7): a proposal. -#}
with

pool as (

    {{ pool_after('M7', ['int_recon_matched_by_reference', 'int_recon_matched_by_party']) }}

),

candidates as (

    {{ candidates_by_amount(
        'and (left_pool.reference_bare is null or right_pool.reference_bare is null)'
    ) }}

)

select
    -- keys
    left_recon_key,
    right_recon_key,

    -- attributes
    'M7' as match_rule,
    {{ is_not_unique() }} as is_ambiguous,
    'same amount, ' || cast(business_days_between as {{ dbt.type_string() }})
    || ' business days apart, no party' as evidence

from candidates
