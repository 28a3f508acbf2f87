-- Answers: which movements make up one payout, which invoices they paid, what the bank got, and what
-- is left over?
-- Change: the payout's id between the first pair of quotes. Empty: the payout that misses most.
with

chosen as (

    select coalesce(nullif('', ''), (
        select source_payout_id from marts.payout_bridge
        where payout_status not in ('failed', 'cancelled')
        order by abs(unsettled_amount) + abs(not_received_amount) desc, source_payout_id
        limit 1
    )) as source_payout_id

),

payouts as (

    select payouts.*
    from core.fct_payouts as payouts
    inner join chosen on payouts.source_payout_id = chosen.source_payout_id

),

paid_invoices as (

    -- A charge is paid to an invoice in its biller's own payment.
    select
        payments.legal_entity_code,
        payments.processor_reference,
        min(invoices.invoice_number) as invoice_number,
        count(distinct invoices.invoice_key) as invoice_count
    from core.fct_payments as payments
    inner join core.fct_document_applications as applications
        on payments.payment_key = applications.payment_key
    inner join core.fct_invoices as invoices
        on applications.invoice_key = invoices.invoice_key
    group by payments.legal_entity_code, payments.processor_reference

)

select
    1 as step,
    payout_lines.line_kind as what,
    payout_lines.source_object_id as document_number,
    payout_lines.currency,
    payout_lines.gross_amount,
    payout_lines.fee_amount,
    payout_lines.net_amount,
    payout_lines.created_on as happened_on,
    paid_invoices.invoice_number || case
        when paid_invoices.invoice_count > 1
            then ' and ' || cast(paid_invoices.invoice_count - 1 as string) || ' more'
        else ''
    end as remark
from payouts
inner join core.fct_payout_lines as payout_lines
    on payouts.payout_key = payout_lines.payout_key
left join paid_invoices
    on payout_lines.source_payment_id = paid_invoices.processor_reference
    and payout_lines.legal_entity_code = paid_invoices.legal_entity_code
where payout_lines.line_kind not in ('payout', 'payout_failure')

union all

select
    2 as step,
    'payout' as what,
    source_payout_id as document_number,
    currency,
    null as gross_amount,
    null as fee_amount,
    -payout_amount as net_amount,
    arrives_on as happened_on,
    payout_status as remark
from payouts

union all

select
    3 as step,
    'bank line' as what,
    bank_lines.source_bank_line_id as document_number,
    bank_lines.currency,
    null as gross_amount,
    null as fee_amount,
    bank_lines.line_amount as net_amount,
    bank_lines.booked_on as happened_on,
    bank_lines.source_bank_account_id as remark
from payouts
inner join core.fct_bank_lines as bank_lines
    on payouts.bank_reference = bank_lines.bank_reference
    and payouts.legal_entity_code = bank_lines.legal_entity_code

union all

select
    4 as step,
    'break: ' || breaks.pair_id || ' ' || breaks.break_code as what,
    breaks.natural_key as document_number,
    breaks.currency,
    null as gross_amount,
    null as fee_amount,
    breaks.residual_amount as net_amount,
    breaks.first_occurred_on as happened_on,
    breaks.evidence as remark
from marts.recon_breaks as breaks
inner join chosen
    on breaks.natural_key = chosen.source_payout_id

order by step, happened_on, document_number
