{#- Grain: one group of legs that do not plainly agree on a clearing key: the key itself, or the
    keys that a later rule or a person brought together. -#}
with

loose_legs as (

    select * from {{ ref('int_recon_grouped_legs') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

summed as (

    select
        recon_group_key,
        pair_id,
        legal_entity_code,
        currency,
        max(link_rule) as link_rule,
        max(link_evidence) as link_evidence,
        max(functional_currency) as functional_currency,
        coalesce(
            min(case when side = 'L' then natural_key end), min(case when side = 'R' then natural_key end)
        ) as natural_key,
        min(case when side = 'L' then customer_key end) as left_customer_key,
        min(case when side = 'R' then customer_key end) as right_customer_key,
        min(case when side = 'L' then compared_value end) as left_value,
        min(case when side = 'R' then compared_value end) as right_value,
        count(case when side = 'L' then 1 end) as left_count,
        count(case when side = 'R' then 1 end) as right_count,
        {{ sum_amount("case when side = 'L' then signed_amount end") }} as left_amount,
        {{ sum_amount("case when side = 'R' then signed_amount end") }} as right_amount,
        {{ sum_amount('residual_amount') }} as residual_amount,
        {{ sum_amount("case when side = 'L' then part_amount else -part_amount end") }} as part_difference_amount,
        min(case when side = 'L' then signed_amount end) as smallest_left_amount,
        max(case when side = 'L' then signed_amount end) as largest_left_amount,
        min(case when side = 'R' then signed_amount end) as smallest_right_amount,
        max(case when side = 'R' then signed_amount end) as largest_right_amount,
        cast(sum(rounded_item_count) as bigint) as rounded_item_count,
        min(case when side = 'L' then occurred_on end) as left_occurred_on,
        min(case when side = 'R' then occurred_on end) as right_occurred_on,
        min(case when side = 'L' then period_month end) as left_period_month,
        min(case when side = 'R' then period_month end) as right_period_month,
        max(due_on) as due_on,
        max(occurred_on) as last_occurred_on,
        max(recorded_at) as recorded_at

    from loose_legs

    group by recon_group_key, pair_id, legal_entity_code, currency

),

bounded as (

    -- Half a minor unit for each independent rounding, never more than the registry allows.
    select
        summed.*,
        cast(
            least(
                cast(floor((summed.rounded_item_count + 1) * cast(0.5 as decimal(2, 1))) as int),
                pairs.tolerance_cap_minor_units
            ) * coalesce(currencies.minor_unit, 0) as decimal(18, 4)
        ) as tolerance_amount,
        pairs.topology

    from summed

    inner join pairs
        on summed.pair_id = pairs.pair_id

    left join currencies
        on summed.currency = currencies.currency

)

select
    -- keys
    recon_group_key,
    pair_id,
    legal_entity_code,
    natural_key,
    left_customer_key,
    right_customer_key,

    -- attributes
    currency,
    functional_currency,
    left_value,
    right_value,
    case
        when left_count = 0 or right_count = 0 then 'open'
        when residual_amount = 0 then 'matched'
        when abs(residual_amount) <= tolerance_amount then 'matched_tolerance'
        else 'differs'
    end as match_status,
    case
        when left_count = 0 or right_count = 0 then null
        when link_rule is not null then link_rule
        when residual_amount = 0 and topology in ('N:1', '1:N') then 'M5'
        when residual_amount = 0 then 'M1'
        when abs(residual_amount) <= tolerance_amount then 'M2'
        else 'M3'
    end as match_rule,
    link_evidence,

    -- measures
    left_count,
    right_count,
    left_amount,
    right_amount,
    residual_amount,
    part_difference_amount,
    smallest_left_amount,
    largest_left_amount,
    smallest_right_amount,
    largest_right_amount,
    rounded_item_count,
    tolerance_amount,

    -- times
    left_occurred_on,
    right_occurred_on,
    left_period_month,
    right_period_month,
    due_on,
    last_occurred_on,
    recorded_at

from bounded
