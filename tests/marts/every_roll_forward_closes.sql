{{ config(group='marts') }}
-- Law: opening + new + changed - cleared = closing, by amount and by count; and what is open at the
-- end of the last period is the list of open items.
with

rollforward as (

    select * from {{ ref('recon_rollforward') }}

),

open_items as (

    select
        pair_id,
        legal_entity_code,
        currency,
        count(*) as item_count,
        {{ sum_amount('open_amount') }} as open_amount

    from {{ ref('recon_open_items') }}

    group by 1, 2, 3

),

latest as (

    select
        pair_id,
        legal_entity_code,
        currency,
        {{ sum_amount('new_amount + changed_amount - cleared_amount') }} as open_amount,
        sum(new_count - cleared_count) as item_count

    from rollforward

    group by 1, 2, 3

)

select
    pair_id,
    legal_entity_code,
    currency,
    period_month
from rollforward
where
    opening_amount + new_amount + changed_amount - cleared_amount <> closing_amount
    or opening_count + new_count - cleared_count <> closing_count
union all
select
    coalesce(latest.pair_id, open_items.pair_id) as pair_id,
    coalesce(latest.legal_entity_code, open_items.legal_entity_code) as legal_entity_code,
    coalesce(latest.currency, open_items.currency) as currency,
    cast(null as date) as period_month

from latest

full outer join open_items
    on latest.pair_id = open_items.pair_id
    and latest.legal_entity_code = open_items.legal_entity_code
    and latest.currency = open_items.currency

where
    coalesce(latest.open_amount, 0) <> coalesce(open_items.open_amount, 0)
    or coalesce(latest.item_count, 0) <> coalesce(open_items.item_count, 0)
