{{ config(group='marts') }}
-- Law: the rows that a break's drill_sql shows add up to its residual, and every break has rows.
with

breaks as (

    select * from {{ ref('recon_breaks') }}

),

summed as (

    select
        break_key,
        count(*) as leg_count,
        {{ sum_amount('residual_amount') }} as residual_amount

    from {{ ref('recon_break_legs') }}

    group by break_key

)

select
    breaks.break_key,
    breaks.residual_amount,
    summed.residual_amount as residual_of_legs

from breaks

left join summed
    on breaks.break_key = summed.break_key

where summed.leg_count is null or breaks.residual_amount <> summed.residual_amount
