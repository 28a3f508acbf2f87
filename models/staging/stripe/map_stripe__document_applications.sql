{#- Grain: one part of a payment, credit note or credit balance put on one Stripe invoice. -#}
with

charges as (

    select * from {{ ref('stg_stripe__charge') }} where row_disposition = 'accepted'

),

intents as (

    select * from {{ ref('stg_stripe__payment_intent') }} where row_disposition = 'accepted'

),

invoices as (

    select * from {{ ref('stg_stripe__invoice') }} where row_disposition = 'accepted'

),

invoices_of_intents as (

    -- One intent pays one invoice; the aggregate keeps a faulty extract from multiplying charges.
    select
        source_account,
        payment_intent_id,
        min(invoice_id) as invoice_id,
        min(customer_id) as customer_id

    from invoices

    where payment_intent_id is not null

    group by source_account, payment_intent_id

),

linked as (

    -- The invoice and customer of a charge stand on the charge, or on its payment intent.
    select
        charges.source_account,
        charges.charge_id,
        charges.payment_intent_id,
        coalesce(charges.invoice_id, invoices_of_intents.invoice_id) as invoice_id,
        coalesce(charges.customer_id, intents.customer_id, invoices_of_intents.customer_id)
            as customer_id

    from charges

    left join intents
        on charges.source_account = intents.source_account
        and charges.payment_intent_id = intents.payment_intent_id

    left join invoices_of_intents
        on charges.source_account = invoices_of_intents.source_account
        and charges.payment_intent_id = invoices_of_intents.payment_intent_id

),

notes as (

    select * from {{ ref('stg_stripe__credit_note') }} where row_disposition = 'accepted'

),

shares as (

    select * from {{ ref('stg_stripe__invoice_payment') }} where row_disposition = 'accepted'

),

shared_invoices as (

    select distinct
        source_account,
        invoice_id

    from shares

    where invoice_payment_status = 'paid'

),

charges_of_intents as (

    -- An intent has at most one charge that succeeded; the aggregate keeps a faulty extract from
    -- multiplying applications.
    select
        source_account,
        payment_intent_id,
        min(charge_id) as charge_id

    from charges

    where payment_intent_id is not null and charge_status = 'succeeded'

    group by source_account, payment_intent_id

),

tried_charges as (

    -- Charges that may have moved money. A declined one did not; one that could not be read may have:
    -- its invoice is no wire.
    select
        source_account,
        charge_id,
        invoice_id,
        payment_intent_id

    from {{ ref('stg_stripe__charge') }}

    where not (row_disposition = 'accepted' and charge_status = 'failed')

),

charged as (

    select distinct
        source_account,
        invoice_id

    from tried_charges

    where invoice_id is not null

),

charged_intents as (

    select distinct
        source_account,
        payment_intent_id

    from tried_charges

    where payment_intent_id is not null

),

declined as (

    select
        source_account,
        charge_id

    from charges

    where charge_status = 'failed'

),

paid_inside as (

    -- A payment of an invoice that came to nothing leaves it to be paid outside.
    select distinct
        source_account,
        invoice_id

    from {{ ref('stg_stripe__invoice_payment') }}

    where not (row_disposition = 'accepted' and invoice_payment_status <> 'paid')

),

paid_outside as (

    -- Paid outside Stripe: the invoice is paid, and no charge was ever tried for it.
    select invoices.*

    from invoices

    left join charged
        on invoices.source_account = charged.source_account
        and invoices.invoice_id = charged.invoice_id

    left join charged_intents
        on invoices.source_account = charged_intents.source_account
        and invoices.payment_intent_id = charged_intents.payment_intent_id

    left join paid_inside
        on invoices.source_account = paid_inside.source_account
        and invoices.invoice_id = paid_inside.invoice_id

    left join declined
        on invoices.source_account = declined.source_account
        and invoices.charge_id = declined.charge_id

    where
        invoices.invoice_status = 'paid'
        and invoices.paid_amount > 0
        and (invoices.charge_id is null or declined.charge_id is not null)
        and charged.invoice_id is null
        and charged_intents.payment_intent_id is null
        and paid_inside.invoice_id is null

),

applications as (

    -- Stripe's own record of what paid which part of an invoice (InvoicePayment).
    select
        shares.source_account,
        'invoice_payment:' || shares.invoice_payment_id as application_id,
        shares.invoice_id,
        case
            when shares.charge_id is null and shares.payment_intent_id is null
                then 'invoice_payment:' || shares.invoice_payment_id
            else coalesce(shares.charge_id, charges_of_intents.charge_id)
        end as payment_id,
        cast(null as {{ dbt.type_string() }}) as credit_note_id,
        'payment' as application_kind,
        shares.currency,
        shares.paid_amount as applied_amount,
        coalesce(shares.paid_at, shares.created_at) as applied_at,
        coalesce(shares.paid_on, shares.created_on) as applied_on

    from shares

    left join charges_of_intents
        on shares.source_account = charges_of_intents.source_account
        and shares.payment_intent_id = charges_of_intents.payment_intent_id

    where shares.invoice_payment_status = 'paid'

    union all

    -- Where there is no such record, the captured charge names its invoice.
    select
        charges.source_account,
        'charge:' || charges.charge_id as application_id,
        linked.invoice_id,
        charges.charge_id as payment_id,
        cast(null as {{ dbt.type_string() }}) as credit_note_id,
        'payment' as application_kind,
        charges.currency,
        coalesce(charges.captured_amount, charges.charge_amount) as applied_amount,
        charges.created_at as applied_at,
        charges.created_on as applied_on

    from charges

    inner join linked
        on charges.source_account = linked.source_account
        and charges.charge_id = linked.charge_id

    left join shared_invoices
        on linked.source_account = shared_invoices.source_account
        and linked.invoice_id = shared_invoices.invoice_id

    where
        charges.charge_status = 'succeeded'
        and charges.is_captured
        and linked.invoice_id is not null
        and shared_invoices.invoice_id is null

    union all

    select
        paid_outside.source_account,
        'out_of_band:' || paid_outside.invoice_id as application_id,
        paid_outside.invoice_id,
        'out_of_band:' || paid_outside.invoice_id as payment_id,
        cast(null as {{ dbt.type_string() }}) as credit_note_id,
        'payment' as application_kind,
        paid_outside.currency,
        paid_outside.paid_amount as applied_amount,
        paid_outside.paid_at as applied_at,
        paid_outside.paid_on as applied_on

    from paid_outside

    union all

    -- A credit note before payment lowers what is due; after payment the money goes back or to the
    -- customer's balance, and the paid invoice stays paid (Stripe: pre_payment, post_payment).
    select
        notes.source_account,
        'credit_note:' || notes.credit_note_id as application_id,
        notes.invoice_id,
        cast(null as {{ dbt.type_string() }}) as payment_id,
        notes.credit_note_id,
        'credit_note' as application_kind,
        notes.currency,
        coalesce(notes.total_amount, notes.credit_amount) as applied_amount,
        notes.created_at as applied_at,
        notes.created_on as applied_on

    from notes

    left join invoices
        on notes.source_account = invoices.source_account
        and notes.invoice_id = invoices.invoice_id

    where
        notes.credit_note_status = 'issued'
        and (
            notes.credit_note_type = 'pre_payment'
            or (
                notes.credit_note_type is null
                and coalesce(notes.created_at < invoices.paid_at, true)
                and notes.refund_id is null
            )
        )

    union all

    -- What an invoice took from (+) or added to (-) the customer's credit balance when finalised.
    select
        invoices.source_account,
        'balance:' || invoices.invoice_id as application_id,
        invoices.invoice_id,
        cast(null as {{ dbt.type_string() }}) as payment_id,
        cast(null as {{ dbt.type_string() }}) as credit_note_id,
        'credit_balance' as application_kind,
        invoices.currency,
        cast(invoices.ending_balance_amount - invoices.starting_balance_amount as decimal(18, 4))
            as applied_amount,
        coalesce(invoices.transition_finalized_at, invoices.finalized_at, invoices.created_at)
            as applied_at,
        invoices.created_on as applied_on

    from invoices

    where
        invoices.invoice_status <> 'draft'
        and invoices.ending_balance_amount <> invoices.starting_balance_amount

)

select
    'stripe' as source_system,
    applications.source_account,
    applications.application_id as source_document_application_id,
    applications.invoice_id as source_invoice_id,
    applications.payment_id as source_payment_id,
    applications.credit_note_id as source_credit_note_id,
    applications.application_kind,
    false as is_reversal,
    cast(null as {{ dbt.type_string() }}) as reverses_source_document_application_id,
    applications.currency,
    applications.applied_amount,
    applications.applied_at,
    applications.applied_on,
    applications.applied_at as recorded_at

from applications
