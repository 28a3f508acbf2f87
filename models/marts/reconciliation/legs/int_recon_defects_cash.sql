{#- Grain: one thing that is wrong with a leg of the pairs about cash, whatever its amount: a refund
    with nothing behind it, a statement whose lines did not all come. The variance is in the currency
    of the leg. -#}
with

missing_lines as (

    select * from {{ ref('int_recon_missing_bank_lines') }}

),

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
    and processor_refunds.is_through_processor

inner join payments
    on refunds.payment_key = payments.payment_key

where
    refunds.credit_note_key is null
    and refunds.refund_status not in ('failed', 'cancelled')
    and payments.payment_amount - payments.applied_amount < refunds.refund_amount

union all

-- What the bank booked is in its balance and in the ledger: nothing differs, and yet it is missing.
select
    'R18' as pair_id,
    'gap ' || gap_place || ' ' || source_bank_statement_id
    || ' on ' || cast(moved_on as {{ dbt.type_string() }}) as leg_key,
    'extract_gap' as break_code,
    cast(sum(moved_amount) as decimal(18, 4)) as variance_amount_functional,
    cast(count(*) as {{ dbt.type_string() }}) || ' postings to cash of '
    || cast(moved_on as {{ dbt.type_string() }}) || ' without a bank line fill the gap'
        as evidence

from missing_lines

group by gap_place, source_bank_statement_id, moved_on
