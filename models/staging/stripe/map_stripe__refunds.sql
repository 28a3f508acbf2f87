{#- Grain: one Stripe refund, failed ones included. -#}
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

refunds as (

    select * from {{ ref('stg_stripe__refund') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('stripe', 'refund', 'status') }}

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

notes_of_refunds as (

    select
        source_account,
        refund_id,
        min(credit_note_id) as credit_note_id

    from {{ ref('stg_stripe__credit_note') }}

    where row_disposition = 'accepted' and refund_id is not null

    group by source_account, refund_id

)

select
    'stripe' as source_system,
    refunds.source_account,
    refunds.refund_id as source_refund_id,
    'default' as source_entity_id,
    linked.customer_id as source_customer_id,
    coalesce(refunds.charge_id, charges_of_intents.charge_id) as source_payment_id,
    notes_of_refunds.credit_note_id as source_credit_note_id,
    statuses.canonical_value as refund_status,
    refunds.reason_code,
    refunds.failure_code,
    refunds.currency,
    refunds.refund_amount,
    refunds.created_at,
    refunds.created_on,
    cast(null as timestamp) as failed_at,
    cast(null as date) as failed_on,
    coalesce(refunds.created_at, refunds.synced_at) as recorded_at

from refunds

left join statuses
    on refunds.refund_status = statuses.raw_value

left join charges_of_intents
    on refunds.source_account = charges_of_intents.source_account
    and refunds.payment_intent_id = charges_of_intents.payment_intent_id

left join linked
    on refunds.source_account = linked.source_account
    and coalesce(refunds.charge_id, charges_of_intents.charge_id) = linked.charge_id

left join notes_of_refunds
    on refunds.source_account = notes_of_refunds.source_account
    and refunds.refund_id = notes_of_refunds.refund_id
