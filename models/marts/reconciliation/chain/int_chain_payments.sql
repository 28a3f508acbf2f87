{#- Grain: one invoice that somebody paid, with how far the money of its payments came. -#}
with

document_applications as (

    select * from {{ ref('fct_document_applications') }} where application_kind = 'payment'

),

payments as (

    select * from {{ ref('fct_payments') }}

),

payout_lines as (

    select * from {{ ref('fct_payout_lines') }} where line_kind = 'charge'

),

payouts as (

    select * from {{ ref('payout_bridge') }}

),

applied as (

    -- A payment that was applied in parts is one payment.
    select
        invoice_key,
        payment_key

    from document_applications

    where invoice_key is not null and payment_key is not null

    group by invoice_key, payment_key

    having sum(applied_amount) > 0

),

charges as (

    select
        payout_lines.legal_entity_code,
        payout_lines.source_payment_id,
        min(payout_lines.payout_key) as payout_key,
        max(case when payouts.bank_amount = payouts.payout_amount then 1 else 0 end) as is_banked

    from payout_lines

    left join payouts
        on payout_lines.payout_key = payouts.payout_key

    group by payout_lines.legal_entity_code, payout_lines.source_payment_id

)

select
    -- keys
    applied.invoice_key,
    min(applied.payment_key) as payment_key,
    min(charges.payout_key) as payout_key,

    -- measures
    count(*) as payment_count,
    count(case when payments.payment_channel = 'processor' then 1 end) as processor_payment_count,
    count(case when payments.payment_channel = 'processor' then charges.payout_key end)
        as paid_out_count,
    count(case when payments.payment_channel = 'processor' and charges.is_banked = 1 then 1 end)
        as banked_payout_count

from applied

inner join payments
    on applied.payment_key = payments.payment_key

left join charges
    on payments.processor_reference = charges.source_payment_id
    and payments.legal_entity_code = charges.legal_entity_code

group by applied.invoice_key
