{#- Grain: one day to which receivables are aged: each month's last that is past, and the day the run
    looks from. -#}
with

month_ends as (

    select max(date_on) as aged_on

    from {{ ref('dim_dates') }}

    where
        date_on <= {{ as_of_date() }}
        and date_on >= (select min(occurred_on) from {{ ref('fct_receivable_events') }})

    group by calendar_month

)

select
    -- keys
    aged_on

from month_ends
