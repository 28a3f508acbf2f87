{#- Grain: one day between the calendar's first and last (vars calendar_starts_on and
    _ends_before_on). -#}
with

days as (

    {{ dbt.date_spine(
        'day',
        "cast('" ~ var('calendar_starts_on') ~ "' as date)",
        "cast('" ~ var('calendar_ends_before_on') ~ "' as date)"
    ) }}

)

select
    -- keys
    cast(date_day as date) as date_on,

    -- attributes
    cast(extract(year from date_day) as int) as calendar_year,
    cast(extract(month from date_day) as int) as calendar_month_number,
    cast(extract(day from date_day) as int) as day_of_month,

    -- times
    {{ month_of('date_day') }} as calendar_month

from days
