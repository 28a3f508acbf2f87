{#- Grain: one day to which receivables are aged: each month's last that is past, and the day the run
    looks from. -#}
with

first_events as (

    select min(occurred_on) as first_occurred_on from {{ ref('fct_receivable_events') }}

),

month_ends as (

    select max(dates.date_on) as aged_on

    from {{ ref('dim_dates') }} as dates

    inner join first_events
        on dates.date_on >= first_events.first_occurred_on

    where dates.date_on <= {{ as_of_date() }}

    group by dates.calendar_month

)

select
    -- keys
    aged_on

from month_ends
