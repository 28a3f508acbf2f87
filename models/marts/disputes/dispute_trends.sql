{#- Grain: one month of one cause in one legal entity. -#}
with

turns as (

    select * from {{ ref('int_dispute_turns') }}

),

days as (

    select * from {{ ref('dim_dates') }}

),

firsts as (

    select
        legal_entity_code,
        cause_code,
        min(period_month) as first_month

    from turns

    group by legal_entity_code, cause_code

),

months as (

    select
        firsts.legal_entity_code,
        firsts.cause_code,
        days.date_on as period_month

    from firsts

    inner join days
        on firsts.first_month <= days.date_on
        and days.date_on <= {{ as_of_date() }}
        and days.date_on = {{ month_of('days.date_on') }}

),

monthly as (

    select
        legal_entity_code,
        cause_code,
        period_month,
        sum(opened_count) as opened_count,
        sum(reopened_count) as reopened_count,
        sum(resolved_count) as resolved_count,
        sum(won_count) as won_count,
        sum(lost_count) as lost_count,
        sum(accepted_count) as accepted_count,
        sum(rate_missing_count) as rate_missing_count,
        sum(opened_count * disputed_amount_reporting) as opened_amount_reporting,
        sum(reopened_count * disputed_amount_reporting) as reopened_amount_reporting,
        sum(resolved_count * disputed_amount_reporting) as resolved_amount_reporting

    from turns

    group by legal_entity_code, cause_code, period_month

),

filled as (

    select
        months.legal_entity_code,
        months.cause_code,
        months.period_month,
        coalesce(monthly.opened_count, 0) as opened_count,
        coalesce(monthly.reopened_count, 0) as reopened_count,
        coalesce(monthly.resolved_count, 0) as resolved_count,
        coalesce(monthly.won_count, 0) as won_count,
        coalesce(monthly.lost_count, 0) as lost_count,
        coalesce(monthly.accepted_count, 0) as accepted_count,
        coalesce(monthly.rate_missing_count, 0) as rate_missing_count,
        coalesce(monthly.opened_amount_reporting, 0) as opened_amount_reporting,
        coalesce(monthly.reopened_amount_reporting, 0) as reopened_amount_reporting,
        coalesce(monthly.resolved_amount_reporting, 0) as resolved_amount_reporting

    from months

    left join monthly
        on months.legal_entity_code = monthly.legal_entity_code
        and months.cause_code = monthly.cause_code
        and months.period_month = monthly.period_month

),

closed as (

    select
        filled.*,
        sum(opened_count + reopened_count - resolved_count) over (
            partition by legal_entity_code, cause_code
            order by period_month
            rows between unbounded preceding and current row
        ) as open_after_count,
        sum(opened_amount_reporting + reopened_amount_reporting - resolved_amount_reporting) over (
            partition by legal_entity_code, cause_code
            order by period_month
            rows between unbounded preceding and current row
        ) as open_after_amount_reporting

    from filled

)

select
    -- keys
    legal_entity_code,
    cause_code,
    period_month,

    -- measures
    cast(open_after_count - opened_count - reopened_count + resolved_count as int) as open_before_count,
    cast(opened_count as int) as opened_count,
    cast(reopened_count as int) as reopened_count,
    cast(resolved_count as int) as resolved_count,
    cast(open_after_count as int) as open_after_count,
    cast(won_count as int) as won_count,
    cast(lost_count as int) as lost_count,
    cast(accepted_count as int) as accepted_count,
    cast(won_count + lost_count + accepted_count as int) as decided_count,
    cast(rate_missing_count as int) as rate_missing_count,
    cast(
        open_after_amount_reporting - opened_amount_reporting - reopened_amount_reporting
        + resolved_amount_reporting as decimal(18, 4)
    ) as open_before_amount_reporting,
    cast(opened_amount_reporting as decimal(18, 4)) as opened_amount_reporting,
    cast(reopened_amount_reporting as decimal(18, 4)) as reopened_amount_reporting,
    cast(resolved_amount_reporting as decimal(18, 4)) as resolved_amount_reporting,
    cast(open_after_amount_reporting as decimal(18, 4)) as open_after_amount_reporting

from closed
