{#- Grain: one pair, legal entity, currency and period with what is open at its end, gross. -#}
with

totals as (

    select * from {{ ref('int_recon_period_totals') }}

),

open_positions as (

    select * from {{ ref('int_recon_open_positions') }} where not is_tolerated

),

causes as (

    select * from {{ ref('int_recon_causes_ranked') }} where cause_rank = 1

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

dated as (

    -- As old as it was at the end of the period, or is today.
    select
        open_positions.*,
        least({{ next_month('open_positions.period_month') }}, run_dates.as_of_date) as counted_on

    from open_positions

    cross join run_dates

),

open_now as (

    select
        dated.*,
        coalesce(causes.break_code, 'unexplained') as break_code,
        -- Normal transit is shown and not gated; what else is open counts (domain 1.5).
        pairs.in_transit_is_normal is false or coalesce(causes.break_code, '') <> 'timing_cutoff'
            as is_gated,
        {{ dbt.datediff('dated.first_occurred_on', 'dated.counted_on', 'day') }}
            as age_days

    from dated

    inner join pairs
        on dated.pair_id = pairs.pair_id

    left join causes
        on dated.recon_group_key = causes.recon_group_key

),

summed as (

    select
        pair_id,
        legal_entity_code,
        currency,
        period_month,
        count(*) as open_count,
        {{ sum_amount('open_amount') }} as open_variance_net_amount,
        {{ sum_amount('abs(open_amount)') }} as open_variance_gross_amount,
        {{ sum_amount("case when break_code = 'timing_cutoff' then abs(open_amount) end") }} as timing_amount,
        {{ sum_amount("case when break_code = 'unexplained' then abs(open_amount) end") }} as unexplained_amount,
        {{ sum_amount('case when is_gated then abs(open_amount) end') }} as gated_variance_amount,
        max(case when is_gated then abs(open_amount) end) as largest_item_amount,
        max(case when is_gated then age_days end) as oldest_days

    from open_now

    group by 1, 2, 3, 4

)

select
    -- keys
    coalesce(totals.pair_id, summed.pair_id) as pair_id,
    coalesce(totals.legal_entity_code, summed.legal_entity_code) as legal_entity_code,

    -- attributes
    coalesce(totals.currency, summed.currency) as currency,

    -- measures
    coalesce(summed.open_count, 0) as open_count,
    cast(coalesce(summed.open_variance_net_amount, 0) as decimal(38, 4)) as open_variance_net_amount,
    cast(coalesce(summed.open_variance_gross_amount, 0) as decimal(38, 4)) as open_variance_gross_amount,
    cast(coalesce(summed.timing_amount, 0) as decimal(38, 4)) as timing_amount,
    cast(coalesce(summed.unexplained_amount, 0) as decimal(38, 4)) as unexplained_amount,
    cast(coalesce(summed.gated_variance_amount, 0) as decimal(38, 4)) as gated_variance_amount,
    summed.largest_item_amount,
    summed.oldest_days,
    cast(
        greatest(coalesce(totals.left_gross_amount, 0), coalesce(totals.right_gross_amount, 0))
        as decimal(38, 4)
    ) as base_amount,

    -- times
    coalesce(totals.period_month, summed.period_month) as period_month

from totals

full outer join summed
    on totals.pair_id = summed.pair_id
    and totals.legal_entity_code = summed.legal_entity_code
    and totals.currency = summed.currency
    and totals.period_month = summed.period_month
