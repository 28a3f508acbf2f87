{#- Grain: one group in one period in which what is open of it changes, or stays. -#}
with

open_positions as (

    select * from {{ ref('int_recon_open_positions') }} where not is_tolerated

),

both_ends as (

    -- The end of a period is the beginning of the next.
    select
        recon_group_key,
        period_month,
        cast(0 as decimal(38, 4)) as opening_amount,
        open_amount as closing_amount
    from open_positions
    union all
    select
        recon_group_key,
        {{ next_month('period_month') }} as period_month,
        open_amount as opening_amount,
        cast(0 as decimal(38, 4)) as closing_amount
    from open_positions
    where not is_latest

)

select
    -- keys
    both_ends.recon_group_key,

    -- measures
    {{ sum_amount('both_ends.opening_amount') }} as opening_amount,
    {{ sum_amount('both_ends.closing_amount') }} as closing_amount,

    -- times
    both_ends.period_month

from both_ends

group by both_ends.recon_group_key, both_ends.period_month
