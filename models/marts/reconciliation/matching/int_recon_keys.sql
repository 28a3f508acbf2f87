{#- Grain: one clearing key of one pair, entity and currency with all its legs on both sides. Narrow
    on purpose: nearly all documents end here, the few that do not are looked at leg by leg. -#}
with

summed as (

    {{ legs_summed_by_key() }}

),

pairs as (

    select * from {{ ref('recon_pairs') }} where is_active

)

select
    -- keys
    summed.pair_id,
    summed.legal_entity_code,
    summed.currency,
    summed.clear_key,
    summed.natural_key,

    -- attributes
    -- Agrees to the minor unit, document by document, in one period and in what is compared.
    coalesce(
        summed.left_count > 0
        and summed.right_count > 0
        and summed.left_amount = summed.right_amount
        and summed.first_period_month = summed.last_period_month
        and (pairs.topology <> '1:1' or (summed.left_count = 1 and summed.right_count = 1))
        and (
            summed.left_value is null
            or summed.right_value is null
            or summed.left_value = summed.right_value
        ),
        false
    ) as is_plain,

    -- measures
    summed.left_count,
    summed.right_count,
    summed.left_amount,
    summed.right_amount,
    summed.left_gross_amount,
    summed.right_gross_amount,

    -- times
    summed.first_period_month,
    summed.last_period_month,
    summed.first_occurred_on,
    summed.last_occurred_on

from summed

inner join pairs
    on summed.pair_id = pairs.pair_id
