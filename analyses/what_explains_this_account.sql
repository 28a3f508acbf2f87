-- Answers: by how much do the two sides of a balance differ, over all periods, and which breaks add up
-- to that, largest first? `not_explained_amount` is nought where the laws hold.
-- Change: the pair between the first pair of quotes (R08b receivables, R17 processor clearing, R18
-- bank) and, if you like, the entity between the second.
with

chosen as (

    select
        coalesce(nullif('R08b', ''), 'R08b') as pair_id,
        nullif('', '') as legal_entity_code

),

balances as (

    select
        summed.pair_id,
        summed.legal_entity_code,
        summed.currency,
        sum(summed.left_amount) as left_amount,
        sum(summed.right_amount) as right_amount,
        sum(summed.tie_out_amount) as difference_amount
    from marts.recon_summary as summed
    inner join chosen
        on summed.pair_id = chosen.pair_id
        and summed.legal_entity_code = coalesce(chosen.legal_entity_code, summed.legal_entity_code)
    group by summed.pair_id, summed.legal_entity_code, summed.currency

),

items as (

    select
        breaks.*,
        sum(breaks.residual_amount) over (
            partition by breaks.pair_id, breaks.legal_entity_code, breaks.currency
        ) as explained_amount
    from marts.recon_breaks as breaks
    inner join chosen
        on breaks.pair_id = chosen.pair_id

)

select
    balances.legal_entity_code,
    balances.currency,
    balances.left_amount,
    balances.right_amount,
    balances.difference_amount,
    balances.difference_amount - coalesce(items.explained_amount, 0) as not_explained_amount,
    items.break_code,
    items.natural_key,
    items.period_month,
    items.residual_amount,
    items.evidence,
    items.owner,
    items.next_step,
    items.drill_sql
from balances
left join items
    on balances.pair_id = items.pair_id
    and balances.legal_entity_code = items.legal_entity_code
    and balances.currency = items.currency
order by
    balances.legal_entity_code asc,
    balances.currency asc,
    abs(items.residual_amount) desc,
    items.natural_key asc
