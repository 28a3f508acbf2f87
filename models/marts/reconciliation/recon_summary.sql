{#- Grain: one pair, legal entity, currency and period. -#}
with

recon_groups as (

    select * from {{ ref('int_recon_groups') }}

),

breaks as (

    select * from {{ ref('recon_breaks') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

thresholds as (

    select * from {{ ref('recon_thresholds') }}

),

totals as (

    select
        recon_groups.pair_id,
        recon_groups.legal_entity_code,
        recon_groups.currency,
        recon_groups.period_month,
        sum(recon_groups.left_count) as left_count,
        sum(recon_groups.right_count) as right_count,
        {{ sum_amount('recon_groups.left_amount') }} as left_amount,
        {{ sum_amount('recon_groups.right_amount') }} as right_amount,
        {{ sum_amount('recon_groups.residual_amount') }} as tie_out_amount,
        count(case when breaks.recon_group_key is null then 1 end) as matched_count,
        count(breaks.recon_group_key) as break_count,
        {{ sum_amount('abs(breaks.residual_amount)') }} as open_variance_gross_amount,
        {{ sum_amount(
            "case when breaks.break_code = 'timing_cutoff' then abs(breaks.residual_amount) end"
        ) }} as timing_amount

    from recon_groups

    left join breaks
        on recon_groups.recon_group_key = breaks.recon_group_key

    group by 1, 2, 3, 4

),

gated as (

    select
        totals.*,
        pairs.pair_name,
        greatest(abs(totals.left_amount), abs(totals.right_amount)) as base_amount,
        cast(
            totals.open_variance_gross_amount
            - case when pairs.in_transit_is_normal then totals.timing_amount else 0 end as decimal(38, 4)
        ) as gated_variance_amount,
        -- An entity's own limit goes before that of all entities.
        coalesce(own_limits.max_open_variance_bps, thresholds.max_open_variance_bps) as max_open_variance_bps,
        coalesce(own_limits.gate_action, thresholds.gate_action) as gate_action

    from totals

    inner join pairs
        on totals.pair_id = pairs.pair_id

    left join thresholds
        on totals.pair_id = thresholds.pair_id
        and thresholds.legal_entity_code = '*'
        and totals.period_month >= thresholds.valid_from_on
        and totals.period_month < thresholds.valid_before_on

    left join thresholds as own_limits
        on totals.pair_id = own_limits.pair_id
        and totals.legal_entity_code = own_limits.legal_entity_code
        and totals.period_month >= own_limits.valid_from_on
        and totals.period_month < own_limits.valid_before_on

)

select
    -- keys
    pair_id,
    legal_entity_code,
    currency,
    period_month,

    -- attributes
    pair_name,
    -- A pair with documents on one side only cannot be told from a system that is off or unread.
    left_count > 0 and right_count > 0 as is_judged,
    case
        when left_count = 0 or right_count = 0 then 'not judged'
        -- No limit in force is not the same as a limit that is kept.
        when max_open_variance_bps is null then 'no limit'
        -- Multiplied, not divided: exact, and right where the base is zero.
        when gated_variance_amount * 10000 > base_amount * max_open_variance_bps then gate_action
        else 'clean'
    end as gate_status,
    max_open_variance_bps,

    -- measures
    cast(left_count as bigint) as left_count,
    cast(right_count as bigint) as right_count,
    left_amount,
    right_amount,
    tie_out_amount,
    matched_count,
    break_count,
    open_variance_gross_amount,
    timing_amount,
    gated_variance_amount,
    cast(base_amount as decimal(38, 4)) as base_amount

from gated
