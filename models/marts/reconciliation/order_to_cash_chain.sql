{#- Grain: one invoice line, with the state of every hop from the contract to the bank. -#}
with

invoice_lines as (

    select * from {{ ref('fct_invoice_lines') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

origins as (

    select * from {{ ref('int_chain_origins') }}

),

postings as (

    select * from {{ ref('int_chain_postings') }}

),

payments as (

    select * from {{ ref('int_chain_payments') }}

),

receipts as (

    select * from {{ ref('int_chain_receipts') }}

),

settled as (

    select
        invoices.invoice_key,
        postings.ledger_document_key,
        payments.payment_key,
        payments.payout_key,
        receipts.bank_line_key,
        coalesce(postings.posting_hop, 'not compared') as posting_hop,
        case
            when invoices.invoice_status in ('draft', 'void') then 'not due'
            when invoices.open_amount = 0 and invoices.paid_amount <> 0 then 'paid'
            when invoices.open_amount = 0 then 'settled without payment'
            when invoices.paid_amount <> 0 then 'partly paid'
            else 'open'
        end as payment_hop,
        case
            when payments.payment_count is null then 'no payment'
            when payments.processor_payment_count = 0 then 'not by processor'
            when payments.paid_out_count = payments.processor_payment_count then 'paid out'
            when payments.paid_out_count = 0 then 'not paid out yet'
            else 'partly paid out'
        end as payout_hop,
        coalesce(payments.payment_count, 0) as payment_count,
        -- More receipts than payments: some of them came back.
        coalesce(payments.banked_payout_count, 0) + least(
            coalesce(receipts.banked_receipt_count, 0),
            coalesce(payments.payment_count - payments.processor_payment_count, 0)
        ) as banked_payment_count

    from invoices

    left join postings
        on invoices.invoice_key = postings.invoice_key

    left join payments
        on invoices.invoice_key = payments.invoice_key

    left join receipts
        on postings.ledger_document_key = receipts.ledger_document_key

)

select
    -- keys
    invoice_lines.invoice_line_key,
    invoice_lines.invoice_key,
    invoices.customer_key,
    origins.contract_line_key,
    origins.subscription_item_key,
    settled.ledger_document_key,
    settled.payment_key,
    settled.payout_key,
    settled.bank_line_key,
    invoice_lines.legal_entity_code,

    -- attributes
    invoices.invoice_number,
    invoice_lines.line_kind,
    invoice_lines.currency,
    origins.contract_hop,
    origins.subscription_hop,
    origins.usage_hop,
    coalesce(invoices.invoice_status, 'unknown invoice') as invoice_hop,
    coalesce(settled.posting_hop, 'not compared') as posting_hop,
    coalesce(settled.payment_hop, 'not due') as payment_hop,
    coalesce(settled.payout_hop, 'no payment') as payout_hop,
    case
        when coalesce(settled.payment_count, 0) = 0 then 'no payment'
        when settled.banked_payment_count = settled.payment_count then 'received'
        when settled.banked_payment_count = 0 then 'not received'
        else 'partly received'
    end as bank_hop,

    -- measures
    invoice_lines.quantity,
    origins.rated_quantity,
    invoice_lines.line_amount,
    cast(coalesce(settled.payment_count, 0) as bigint) as payment_count,

    -- times
    invoices.issued_on,
    invoice_lines.period_month

from invoice_lines

inner join origins
    on invoice_lines.invoice_line_key = origins.invoice_line_key

left join invoices
    on invoice_lines.invoice_key = invoices.invoice_key

left join settled
    on invoice_lines.invoice_key = settled.invoice_key
