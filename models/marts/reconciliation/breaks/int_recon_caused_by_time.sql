{#- Grain: one group whose sides agree over its life and not in each period, or whose counterpart
    is not due yet (timing_cutoff, period_mismatch). -#}
with

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

business_days as (

    select * from {{ ref('int_business_days') }}

),

dated as (

    select
        loose_groups.*,
        pairs.cutoff_business_days,
        pairs.posting_lag_business_days,
        pairs.window_business_days,
        pairs.in_transit_is_normal,
        pairs.waiting_side,
        left_days.business_day_number as left_day_number,
        right_days.business_day_number as right_day_number,
        later_periods.business_day_number as later_period_number,
        due_days.business_day_number as due_day_number,
        as_of_days.business_day_number as as_of_day_number

    from loose_groups

    inner join pairs
        on loose_groups.pair_id = pairs.pair_id

    left join business_days as left_days
        on loose_groups.legal_entity_code = left_days.legal_entity_code
        and loose_groups.left_occurred_on = left_days.calendar_on

    left join business_days as right_days
        on loose_groups.legal_entity_code = right_days.legal_entity_code
        and loose_groups.right_occurred_on = right_days.calendar_on

    left join business_days as later_periods
        on loose_groups.legal_entity_code = later_periods.legal_entity_code
        and greatest(loose_groups.left_period_month, loose_groups.right_period_month)
        = later_periods.calendar_on

    left join business_days as due_days
        on loose_groups.legal_entity_code = due_days.legal_entity_code
        and loose_groups.due_on = due_days.calendar_on

    left join business_days as as_of_days
        on loose_groups.legal_entity_code = as_of_days.legal_entity_code
        and as_of_days.calendar_on = {{ as_of_date() }}

)

select
    -- keys
    recon_group_key,
    natural_key,

    -- attributes
    case
        when match_status = 'open' then 'timing_cutoff'
        -- With one date on both sides it is the turn of the month that must be near: what was booked
        -- in another period than its date says by more than the usual lag was put there.
        when
            left_occurred_on = right_occurred_on
            and later_period_number - left_day_number <= posting_lag_business_days
            then 'timing_cutoff'
        when
            left_occurred_on <> right_occurred_on
            and abs(right_day_number - left_day_number) <= cutoff_business_days
            then 'timing_cutoff'
        else 'period_mismatch'
    end as break_code,
    case
        when match_status = 'open' then 'due on ' || cast(due_on as {{ dbt.type_string() }})
        else
            'left ' || cast(left_occurred_on as {{ dbt.type_string() }})
            || ' in period ' || substr(cast(left_period_month as {{ dbt.type_string() }}), 1, 7)
            || ', right ' || cast(right_occurred_on as {{ dbt.type_string() }})
            || ' in period ' || substr(cast(right_period_month as {{ dbt.type_string() }}), 1, 7)
    end as evidence

from dated

where
    match_status = 'matched'
    or (
        match_status = 'open'
        and in_transit_is_normal
        and (
            (waiting_side = 'L' and right_count = 0)
            or (waiting_side = 'R' and left_count = 0)
        )
        and (as_of_day_number - due_day_number <= window_business_days or due_on > {{ as_of_date() }})
    )
