{#- Grain: one clearing key with legs on one side only: what the later rules may still match. -#}
with

loose_legs as (

    select * from {{ ref('int_recon_loose_legs') }}

),

recon_keys as (

    select * from {{ ref('int_recon_watched_keys') }} where left_count = 0 or right_count = 0

),

prefixes as (

    select * from {{ ref('recon_reference_prefixes') }}

),

summed as (

    select
        loose_legs.recon_key,
        loose_legs.pair_id,
        loose_legs.legal_entity_code,
        loose_legs.currency,
        loose_legs.side,
        -- Legs of one key are one thing: where they name several, the first stands for them.
        min(loose_legs.natural_key) as natural_key,
        min(loose_legs.reference_raw) as reference_raw,
        case
            when min(loose_legs.customer_key) = max(loose_legs.customer_key)
                then min(loose_legs.customer_key)
        end as customer_key,
        count(*) as leg_count,
        {{ sum_amount('loose_legs.signed_amount') }} as signed_amount,
        min(loose_legs.occurred_on) as occurred_on,
        max(loose_legs.due_on) as due_on,
        min(loose_legs.period_month) as period_month

    from loose_legs

    inner join recon_keys
        on loose_legs.recon_key = recon_keys.recon_key

    group by 1, 2, 3, 4, 5

),

stripped as (

    select
        summed.*,
        coalesce(
            min(substr(summed.reference_raw, length(prefixes.reference_prefix) + 1)),
            summed.reference_raw
        ) as reference_without_prefix

    from summed

    left join prefixes
        on summed.pair_id = prefixes.pair_id
        and summed.side = prefixes.side
        and lower(substr(summed.reference_raw, 1, length(prefixes.reference_prefix)))
        = lower(prefixes.reference_prefix)

    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13

)

select
    -- keys
    recon_key,
    pair_id,
    legal_entity_code,
    side,
    natural_key,
    customer_key,

    -- attributes
    currency,
    reference_raw,
    {{ bare_reference('reference_without_prefix') }} as reference_bare,
    {{ normalised_reference('reference_without_prefix') }} as reference_normalised,

    -- measures
    leg_count,
    signed_amount,

    -- times
    occurred_on,
    due_on,
    period_month

from stripped
