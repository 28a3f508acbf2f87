{{ config(group='marts') }}
-- Law: open before + opened + reopened - resolved = open after, by count and amount; a month begins with
-- what the month before left; and what is open after a month is the cases whose state then is open.
with

trends as (

    select * from {{ ref('dispute_trends') }}

),

followed as (

    select
        trends.*,
        lag(open_after_count) over (
            partition by legal_entity_code, cause_code order by period_month
        ) as left_count,
        lag(open_after_amount_reporting) over (
            partition by legal_entity_code, cause_code order by period_month
        ) as left_amount_reporting

    from trends

),

standing as (

    -- Counted anew from the states, not from the turns that the trends are made of.
    select
        trends.legal_entity_code,
        trends.cause_code,
        trends.period_month,
        sum(
            case
                when
                    states.is_open
                    and states.entered_on < {{ next_month('trends.period_month') }}
                    and (states.left_on is null or states.left_on >= {{ next_month('trends.period_month') }})
                    then 1
                else 0
            end
        ) as open_count

    from trends

    inner join {{ ref('disputes') }} as disputes
        on trends.legal_entity_code = disputes.legal_entity_code
        and trends.cause_code = coalesce(disputes.root_cause_code, 'untriaged')

    inner join {{ ref('dispute_states') }} as states
        on disputes.dispute_case_key = states.dispute_case_key

    group by trends.legal_entity_code, trends.cause_code, trends.period_month

)

select
    legal_entity_code,
    cause_code,
    period_month,
    'does not close' as violation
from followed
where
    open_before_count + opened_count + reopened_count - resolved_count <> open_after_count
    or open_before_amount_reporting + opened_amount_reporting + reopened_amount_reporting
    - resolved_amount_reporting <> open_after_amount_reporting
    or open_before_count <> coalesce(left_count, 0)
    or open_before_amount_reporting <> coalesce(left_amount_reporting, 0)

union all

select
    trends.legal_entity_code,
    trends.cause_code,
    trends.period_month,
    'not what is open' as violation
from trends

left join standing
    on trends.legal_entity_code = standing.legal_entity_code
    and trends.cause_code = standing.cause_code
    and trends.period_month = standing.period_month

where trends.open_after_count <> coalesce(standing.open_count, 0)
