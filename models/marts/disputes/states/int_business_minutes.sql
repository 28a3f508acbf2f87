{#- Grain: one day in the working hours of one legal entity. -#}
with

days as (

    select * from {{ ref('int_business_days') }}

),

hours as (

    select * from {{ ref('business_hours') }}

),

open_days as (

    select
        days.legal_entity_code,
        days.calendar_on,
        coalesce(particular.opens_at_minute, general.opens_at_minute, 0) as opens_at_minute,
        case
            when days.is_business_day
                then coalesce(
                    particular.closes_at_minute - particular.opens_at_minute,
                    general.closes_at_minute - general.opens_at_minute, 0
                )
            else 0
        end as minutes_of_day

    from days

    left join hours as particular
        on days.legal_entity_code = particular.legal_entity_code
        and days.calendar_on >= particular.valid_from_on
        and days.calendar_on < particular.valid_before_on

    left join hours as general
        on general.legal_entity_code = '*'
        and days.calendar_on >= general.valid_from_on
        and days.calendar_on < general.valid_before_on

)

select
    -- keys
    legal_entity_code,
    calendar_on,

    -- measures
    cast(opens_at_minute as int) as opens_at_minute,
    cast(minutes_of_day as int) as minutes_of_day,
    cast(
        coalesce(
            sum(minutes_of_day) over (
                partition by legal_entity_code
                order by calendar_on
                rows between unbounded preceding and 1 preceding
            ), 0
        ) as bigint
    ) as minutes_before

from open_days
