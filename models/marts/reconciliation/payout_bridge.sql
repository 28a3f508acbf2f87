{#- Grain: one payout, from what customers paid to what reached the bank. -#}
with

payouts as (

    select * from {{ ref('fct_payouts') }}

),

payout_lines as (

    select * from {{ ref('fct_payout_lines') }} where line_kind not in ('payout', 'payout_failure')

),

bank_lines as (

    select * from {{ ref('fct_bank_lines') }}

),

settled as (

    select
        payout_key,
        currency,
        count(*) as line_count,
        {{ sum_amount("case when line_kind = 'charge' then gross_amount end") }} as charged_amount,
        {{ sum_amount("case when line_kind in ('refund', 'refund_failure') then gross_amount end") }}
            as refunded_amount,
        {{ sum_amount("case when line_kind in ('dispute', 'dispute_reversal') then gross_amount end") }}
            as disputed_amount,
        {{ sum_amount(
            "case when line_kind not in ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')"
            " then gross_amount end"
        ) }}
            as other_amount,
        {{ sum_amount('-fee_amount') }} as fee_amount,
        {{ sum_amount('net_amount') }} as net_amount

    from payout_lines

    where payout_key is not null

    group by payout_key, currency

),

received as (

    select
        legal_entity_code,
        bank_reference,
        currency,
        {{ sum_amount('line_amount') }} as bank_amount

    from bank_lines

    where bank_reference is not null

    group by legal_entity_code, bank_reference, currency

)

select
    -- keys
    payouts.payout_key,
    payouts.legal_entity_code,
    payouts.source_payout_id,

    -- attributes
    payouts.payout_status,
    payouts.currency,

    -- measures
    coalesce(settled.line_count, 0) as line_count,
    cast(coalesce(settled.charged_amount, 0) as decimal(38, 4)) as charged_amount,
    cast(coalesce(settled.refunded_amount, 0) as decimal(38, 4)) as refunded_amount,
    cast(coalesce(settled.disputed_amount, 0) as decimal(38, 4)) as disputed_amount,
    cast(coalesce(settled.other_amount, 0) as decimal(38, 4)) as other_amount,
    cast(coalesce(settled.fee_amount, 0) as decimal(38, 4)) as fee_amount,
    cast(coalesce(settled.net_amount, 0) as decimal(38, 4)) as net_amount,
    payouts.payout_amount,
    cast(coalesce(settled.net_amount, 0) - payouts.payout_amount as decimal(38, 4))
        as unsettled_amount,
    received.bank_amount,
    cast(payouts.payout_amount - coalesce(received.bank_amount, 0) as decimal(38, 4))
        as not_received_amount,

    -- times
    payouts.arrives_on,
    payouts.period_month

from payouts

left join settled
    on payouts.payout_key = settled.payout_key
    and payouts.currency = settled.currency

left join received
    on payouts.legal_entity_code = received.legal_entity_code
    and payouts.bank_reference = received.bank_reference
    and payouts.currency = received.currency
