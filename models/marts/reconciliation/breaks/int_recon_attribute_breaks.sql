{#- Grain: one thing that is wrong with a group whatever its amount: a leg's own defect, values that
    should agree, or a document taken back and posted again. -#}
with

defects as (

    select * from {{ ref('int_recon_defects') }}

),

legs as (

    select * from {{ ref('int_recon_watched_legs') }}

),

grouped_legs as (

    select * from {{ ref('int_recon_grouped_legs') }}

),

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

found as (

    select
        coalesce(grouped_legs.recon_group_key, legs.recon_key) as recon_group_key,
        legs.pair_id,
        legs.legal_entity_code,
        legs.currency,
        legs.functional_currency,
        coalesce(loose_groups.natural_key, legs.natural_key) as natural_key,
        legs.period_month,
        legs.occurred_on as first_occurred_on,
        defects.break_code,
        defects.variance_amount_functional,
        defects.evidence

    from defects

    inner join legs
        on defects.pair_id = legs.pair_id
        and defects.leg_key = legs.leg_key

    left join grouped_legs
        on legs.pair_id = grouped_legs.pair_id
        and legs.leg_key = grouped_legs.leg_key

    left join loose_groups
        on grouped_legs.recon_group_key = loose_groups.recon_group_key

    union all

    select
        loose_groups.recon_group_key,
        loose_groups.pair_id,
        loose_groups.legal_entity_code,
        loose_groups.currency,
        loose_groups.functional_currency,
        loose_groups.natural_key,
        loose_groups.left_period_month as period_month,
        loose_groups.left_occurred_on as first_occurred_on,
        pairs.compared_code as break_code,
        cast(null as decimal(18, 4)) as variance_amount_functional,
        'left ' || loose_groups.left_value || ', right ' || loose_groups.right_value as evidence

    from loose_groups

    inner join pairs
        on loose_groups.pair_id = pairs.pair_id

    where loose_groups.left_value <> loose_groups.right_value and pairs.compared_code is not null

    union all

    select
        recon_group_key,
        pair_id,
        legal_entity_code,
        currency,
        functional_currency,
        natural_key,
        right_period_month as period_month,
        right_occurred_on as first_occurred_on,
        'reversed_and_rebooked' as break_code,
        cast(null as decimal(18, 4)) as variance_amount_functional,
        cast(left_count as {{ dbt.type_string() }}) || ' on the left, '
        || cast(right_count as {{ dbt.type_string() }}) || ' on the right, which come to the same' as evidence

    from loose_groups

    where
        match_status = 'matched'
        -- What both sides took back is no disagreement.
        and left_count <> right_count
        and (
            (right_count > 2 and smallest_right_amount = -largest_right_amount)
            or (left_count > 2 and smallest_left_amount = -largest_left_amount)
        )

),

ranked as (

    -- Several legs of a group may show one defect: it is one thing to mend.
    select
        found.*,
        row_number() over (
            partition by found.recon_group_key, found.break_code
            order by found.period_month, found.evidence
        ) as finding_number

    from found

)

select
    -- keys
    recon_group_key,
    pair_id,
    legal_entity_code,
    natural_key,

    -- attributes
    currency,
    functional_currency,
    break_code,
    evidence,

    -- measures
    variance_amount_functional,

    -- times
    period_month,
    first_occurred_on

from ranked

where finding_number = 1
