{#- Grain: one case with the cases of its customer before it. -#}
with

places as (

    select * from {{ ref('int_dispute_case_places') }}

),

summaries as (

    select * from {{ ref('int_dispute_summaries') }}

),

windows as (

    {{ dispute_windows_of('repeat_customer') }}

),

placed as (

    select
        places.dispute_case_key,
        places.opened_at,
        places.opened_on,
        summaries.customer_key,
        windows.window_days

    from places

    inner join summaries
        on places.dispute_case_key = summaries.dispute_case_key

    inner join windows
        on places.legal_entity_code = windows.legal_entity_code

)

select
    -- keys
    placed.dispute_case_key,

    -- measures
    cast(count(earlier.dispute_case_key) as int) as earlier_case_count

from placed

left join placed as earlier
    on placed.customer_key = earlier.customer_key
    and placed.dispute_case_key <> earlier.dispute_case_key
    and earlier.opened_at < placed.opened_at
    and earlier.opened_on
    >= cast({{ dbt.dateadd('day', '-placed.window_days', 'placed.opened_on') }} as date)

group by placed.dispute_case_key
