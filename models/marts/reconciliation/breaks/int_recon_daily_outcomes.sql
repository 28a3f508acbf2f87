{#- Grain: one pair, legal entity, currency and day of the documents' own date, with how much of
    that day's documents agrees, in time, and why the rest does not. -#}
with

recon_keys as (

    select * from {{ ref('int_recon_keys') }} where is_plain

),

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

causes as (

    select * from {{ ref('int_recon_causes_ranked') }} where cause_rank = 1

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

business_days as (

    select * from {{ ref('int_business_days') }}

),

outcomes as (

    select
        pair_id,
        legal_entity_code,
        currency,
        -- What has no date stands apart, in sight.
        coalesce(first_occurred_on, cast('1900-01-01' as date)) as occurred_on,
        last_occurred_on,
        left_count as expected_count,
        left_count as present_count,
        abs(left_amount) + abs(right_amount) as total_amount,
        true as is_matched,
        cast(0 as decimal(38, 4)) as overdue_amount,
        abs(left_amount) + abs(right_amount) as explained_amount

    from recon_keys

    union all

    select
        loose_groups.pair_id,
        loose_groups.legal_entity_code,
        loose_groups.currency,
        coalesce(
            loose_groups.left_occurred_on,
            loose_groups.right_occurred_on,
            cast('1900-01-01' as date)
        ) as occurred_on,
        loose_groups.last_occurred_on,
        loose_groups.left_count as expected_count,
        case when loose_groups.right_count > 0 then loose_groups.left_count else 0 end as present_count,
        abs(loose_groups.left_amount) + abs(loose_groups.right_amount) as total_amount,
        loose_groups.match_status in ('matched', 'matched_tolerance') as is_matched,
        case
            when
                loose_groups.match_status in ('matched', 'matched_tolerance')
                or causes.break_code = 'timing_cutoff'
                then 0
            else abs(loose_groups.residual_amount)
        end as overdue_amount,
        case
            when coalesce(causes.break_code, 'matched') = 'unexplained' then 0
            else abs(loose_groups.left_amount) + abs(loose_groups.right_amount)
        end as explained_amount

    from loose_groups

    left join causes
        on loose_groups.recon_group_key = causes.recon_group_key

)

select
    -- keys
    outcomes.pair_id,
    outcomes.legal_entity_code,

    -- attributes
    outcomes.currency,

    -- measures
    cast(sum(outcomes.expected_count) as bigint) as expected_count,
    cast(sum(outcomes.present_count) as bigint) as present_count,
    {{ sum_amount('outcomes.total_amount') }} as total_amount,
    {{ sum_amount('outcomes.overdue_amount') }} as overdue_amount,
    {{ sum_amount(
        'case when outcomes.is_matched'
        ' and last_days.business_day_number - first_days.business_day_number'
        ' <= greatest(pairs.window_business_days, pairs.cutoff_business_days)'
        ' then outcomes.total_amount end'
    ) }} as timely_amount,
    {{ sum_amount('outcomes.explained_amount') }} as explained_amount,

    -- times
    outcomes.occurred_on

from outcomes

inner join pairs
    on outcomes.pair_id = pairs.pair_id

left join business_days as first_days
    on outcomes.legal_entity_code = first_days.legal_entity_code
    and outcomes.occurred_on = first_days.calendar_on

left join business_days as last_days
    on outcomes.legal_entity_code = last_days.legal_entity_code
    and outcomes.last_occurred_on = last_days.calendar_on

group by outcomes.pair_id, outcomes.legal_entity_code, outcomes.currency, outcomes.occurred_on
