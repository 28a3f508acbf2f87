{#- Grain: one dispute over, or promise to pay, an invoice, from the day it was made until it ended. -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }} where invoice_status <> 'draft'

),

disputes as (

    select * from {{ ref('fct_disputes') }}

),

promises_to_pay as (

    select * from {{ ref('fct_promises_to_pay') }} where promise_status <> 'cancelled'

),

named as (

    -- A ticket names the invoice as the customer does, by its number. A number that two invoices have
    -- names none.
    select
        invoice_number,
        max(invoice_key) as invoice_key

    from invoices

    where invoice_number is not null

    group by invoice_number

    having count(*) = 1

),

disputed as (

    select
        disputes.dispute_key as claim_key,
        coalesce(disputes.invoice_key, named.invoice_key) as invoice_key,
        disputes.currency,
        disputes.disputed_amount,
        disputes.opened_on,
        -- Decided, and nobody says when: it is not held against any day.
        case
            when disputes.closed_on is not null then disputes.closed_on
            when disputes.dispute_status in ('won', 'lost', 'closed', 'prevented', 'warning_closed')
                then disputes.opened_on
            else cast('9999-12-31' as date)
        end as ended_on

    from disputes

    left join named
        on disputes.source_invoice_id = named.invoice_number

)

select
    -- keys
    disputed.claim_key,
    disputed.invoice_key,

    -- attributes
    'dispute' as claim_kind,

    -- measures
    disputed.disputed_amount as claimed_amount,

    -- times
    disputed.opened_on as claimed_from_on,
    disputed.ended_on as claimed_before_on

from disputed

inner join invoices
    on disputed.invoice_key = invoices.invoice_key
    and disputed.currency = invoices.currency

union all

-- A promise counts up to the promised day; without an amount it is for all that is open.
select
    promises_to_pay.promise_to_pay_key as claim_key,
    promises_to_pay.invoice_key,
    'promise' as claim_kind,
    coalesce(promises_to_pay.promised_amount, invoices.total_amount) as claimed_amount,
    promises_to_pay.created_on as claimed_from_on,
    coalesce({{ day_after('promises_to_pay.promised_for_on') }}, cast('9999-12-31' as date))
        as claimed_before_on

from promises_to_pay

inner join invoices
    on promises_to_pay.invoice_key = invoices.invoice_key
    and coalesce(promises_to_pay.currency, invoices.currency) = invoices.currency
