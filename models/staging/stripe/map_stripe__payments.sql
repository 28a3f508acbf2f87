{#- Grain: one Stripe charge that is not failed, or one invoice paid outside Stripe. -#}
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

statuses as (

    {{ known_words('stripe', 'charge', 'status') }}

),

methods as (

    select * from {{ ref('stg_stripe__payment_method') }} where row_disposition = 'accepted'

),

shares as (

    select * from {{ ref('stg_stripe__invoice_payment') }} where row_disposition = 'accepted'

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

payments as (

    select
        charges.source_account,
        charges.charge_id as payment_id,
        linked.customer_id,
        coalesce(charges.payment_intent_id, charges.charge_id) as payment_intent_id,
        'processor' as payment_channel,
        charges.charge_id as processor_reference,
        methods.payment_method_kind,
        case
            when statuses.canonical_value = 'pending' then 'pending'
            when charges.is_captured then 'succeeded'
            -- An authorisation that was let go shows as refunded and never captured.
            when coalesce(charges.refunded_amount, 0) >= charges.charge_amount then 'cancelled'
            else 'authorised'
        end as payment_status,
        charges.is_captured,
        charges.currency,
        case
            when charges.is_captured then coalesce(charges.captured_amount, charges.charge_amount)
            else charges.charge_amount
        end as payment_amount,
        charges.created_at,
        charges.created_on,
        charges.synced_at

    from charges

    inner join linked
        on charges.source_account = linked.source_account
        and charges.charge_id = linked.charge_id

    left join statuses
        on charges.charge_status = statuses.raw_value

    left join methods
        on charges.source_account = methods.source_account
        and charges.payment_method_id = methods.payment_method_id

    -- A failed charge moved no money: it is an attempt only.
    where statuses.canonical_value <> 'failed'

    union all

    select
        paid_outside.source_account,
        'out_of_band:' || paid_outside.invoice_id as payment_id,
        paid_outside.customer_id,
        cast(null as {{ dbt.type_string() }}) as payment_intent_id,
        'external' as payment_channel,
        cast(null as {{ dbt.type_string() }}) as processor_reference,
        cast(null as {{ dbt.type_string() }}) as payment_method_kind,
        'succeeded' as payment_status,
        true as is_captured,
        paid_outside.currency,
        paid_outside.paid_amount as payment_amount,
        paid_outside.paid_at as created_at,
        paid_outside.paid_on as created_on,
        paid_outside.synced_at

    from paid_outside

    union all

    -- Newer versions of Stripe record a payment from outside as an InvoicePayment of its own.
    select
        shares.source_account,
        'invoice_payment:' || shares.invoice_payment_id as payment_id,
        invoices.customer_id,
        cast(null as {{ dbt.type_string() }}) as payment_intent_id,
        'external' as payment_channel,
        cast(null as {{ dbt.type_string() }}) as processor_reference,
        cast(null as {{ dbt.type_string() }}) as payment_method_kind,
        'succeeded' as payment_status,
        true as is_captured,
        shares.currency,
        shares.paid_amount as payment_amount,
        coalesce(shares.paid_at, shares.created_at) as created_at,
        coalesce(shares.paid_on, shares.created_on) as created_on,
        shares.synced_at

    from shares

    left join invoices
        on shares.source_account = invoices.source_account
        and shares.invoice_id = invoices.invoice_id

    where
        shares.invoice_payment_status = 'paid'
        and shares.charge_id is null
        and shares.payment_intent_id is null

)

select
    'stripe' as source_system,
    payments.source_account,
    payments.payment_id as source_payment_id,
    'default' as source_entity_id,
    payments.customer_id as source_customer_id,
    payments.payment_intent_id as source_payment_intent_id,
    payments.payment_channel,
    payments.processor_reference,
    cast(null as {{ dbt.type_string() }}) as remittance_reference,
    payments.payment_method_kind,
    payments.payment_status,
    payments.is_captured,
    payments.currency,
    payments.payment_amount,
    payments.created_at as authorised_at,
    payments.created_on as authorised_on,
    case when payments.payment_status = 'succeeded' then payments.created_at end as paid_at,
    case when payments.payment_status = 'succeeded' then payments.created_on end as paid_on,
    coalesce(payments.created_at, payments.synced_at) as recorded_at

from payments
