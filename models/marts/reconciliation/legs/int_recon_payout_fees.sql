{#- Grain: one payout with what the processor kept of it, also of a line that never came where the
    balance of its day says how much. -#}
with

payouts as (

    select * from {{ ref('fct_payouts') }}

),

payout_lines as (

    select * from {{ ref('fct_payout_lines') }}
    where line_kind not in ('payout', 'payout_failure') and payout_key is not null

),

gaps as (

    select * from {{ ref('int_recon_processor_gaps') }}

),

missing_fees as (

    select
        processor_account,
        moved_on,
        {{ sum_amount('moved_amount') }} as missing_amount

    from {{ ref('int_recon_missing_processor_lines') }}

    where missing_kind = 'fees'

    group by processor_account, moved_on

),

kept as (

    select
        payout_key,
        {{ sum_amount("case when line_kind = 'fee' then -net_amount else fee_amount end") }}
            as kept_amount,
        {{ sum_amount('net_amount') }} as net_amount

    from payout_lines

    group by payout_key

),

found as (

    -- A day whose balance lacks exactly what the payout lacks; several such days say nothing.
    select
        payouts.payout_key,
        max(-missing_fees.missing_amount) as kept_amount

    from payouts

    inner join kept
        on payouts.payout_key = kept.payout_key

    inner join gaps
        on payouts.source_account = gaps.processor_account
        and payouts.currency = gaps.currency
        and payouts.payout_amount - kept.net_amount = gaps.gap_amount
        and gaps.moved_on <= payouts.arrives_on

    left join missing_fees
        on gaps.processor_account = missing_fees.processor_account
        and gaps.moved_on = missing_fees.moved_on

    group by payouts.payout_key

    having count(*) = 1 or max(missing_fees.missing_amount) = min(missing_fees.missing_amount)

)

select
    -- keys
    payouts.payout_key,

    -- attributes
    coalesce(kept.net_amount, 0) = payouts.payout_amount or found.payout_key is not null
        as is_known,

    -- measures
    cast(coalesce(kept.kept_amount, 0) + coalesce(found.kept_amount, 0) as decimal(18, 4))
        as kept_amount

from payouts

left join kept
    on payouts.payout_key = kept.payout_key

left join found
    on payouts.payout_key = found.payout_key
