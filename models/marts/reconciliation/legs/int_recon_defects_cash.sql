{#- Grain: one thing that is wrong with a leg of the pairs about cash, whatever its amount: a refund
    with nothing behind it. -#}
with

refunds as (

    select * from {{ ref('fct_refunds') }}

),

payments as (

    select * from {{ ref('fct_payments') }}

),

processor_refunds as (

    select * from {{ ref('int_recon_processor_refunds') }}

)

-- A refund hands back what a credit note took off the invoice, or money that no invoice needed.
select
    'R04' as pair_id,
    'billing refund ' || refunds.refund_key as leg_key,
    'refund_without_credit' as break_code,
    cast(refunds.refund_amount as decimal(18, 4)) as variance_amount_functional,
    'no credit note; the payment of ' || cast(payments.payment_amount as {{ dbt.type_string() }})
    || ' is applied with ' || cast(payments.applied_amount as {{ dbt.type_string() }}) as evidence

from refunds

inner join processor_refunds
    on refunds.refund_key = processor_refunds.refund_key
    and processor_refunds.is_of_billing

inner join payments
    on refunds.payment_key = payments.payment_key

where
    refunds.credit_note_key is null
    and refunds.refund_status not in ('failed', 'cancelled')
    and payments.payment_amount - payments.applied_amount < refunds.refund_amount
