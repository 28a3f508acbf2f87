{#- Grain: one left key and one right key with the same amount and customer within the window, one
    of them without a reference (M6). -#}
with

pool as (

    {{ pool_after('M6', ['int_recon_matched_by_reference']) }}

),

candidates as (

    {{ candidates_by_amount(
        'and left_pool.customer_key = right_pool.customer_key'
        ' and (left_pool.reference_bare is null or right_pool.reference_bare is null)'
    ) }}

)

select
    -- keys
    left_recon_key,
    right_recon_key,

    -- attributes
    'M6' as match_rule,
    {{ is_not_unique() }} as is_ambiguous,
    'same customer and amount, ' || cast(business_days_between as {{ dbt.type_string() }})
    || ' business days apart' as evidence

from candidates
