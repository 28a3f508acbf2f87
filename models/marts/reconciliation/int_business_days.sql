{#- Grain: one day in the calendar of one legal entity's bank. The business days from one day to
    another are the difference of their numbers. -#}
{{ config(access='private', schema='marts_private') }}
with

days as (

    select * from {{ ref('dim_dates') }}

),

legal_entities as (

    select * from {{ ref('dim_legal_entities') }}

),

business_holidays as (

    select * from {{ ref('business_holidays') }}

),

judged as (

    select
        legal_entities.legal_entity_code,
        legal_entities.country_code as calendar_code,
        days.date_on as calendar_on,
        -- 1900 began on a Monday: whole weeks later it is Monday again, five days later Saturday.
        mod({{ dbt.datediff("cast('1900-01-01' as date)", 'days.date_on', 'day') }}, 7) < 5
        and business_holidays.holiday_on is null as is_business_day

    from days

    cross join legal_entities

    left join business_holidays
        on legal_entities.country_code = business_holidays.calendar_code
        and days.date_on = business_holidays.holiday_on

)

select
    -- keys
    legal_entity_code,
    calendar_on,

    -- attributes
    calendar_code,
    is_business_day,

    -- measures
    cast(
        sum(case when is_business_day then 1 else 0 end) over (
            partition by legal_entity_code
            order by calendar_on
            rows between unbounded preceding and current row
        ) as int
    ) as business_day_number

from judged
