{#- Grain: one Stripe dispute, with the customer of its charge. -#}
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

disputes as (

    select * from {{ ref('stg_stripe__dispute') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('stripe', 'dispute', 'status') }}

)

select
    'stripe' as source_system,
    disputes.source_account,
    disputes.dispute_id as source_dispute_id,
    'default' as source_entity_id,
    linked.customer_id as source_customer_id,
    disputes.charge_id as source_payment_id,
    linked.invoice_id as source_invoice_id,
    -- warning_* is an inquiry: no money has moved.
    case when disputes.dispute_status like 'warning%' then 'inquiry' else 'chargeback' end
        as dispute_kind,
    statuses.canonical_value as dispute_status,
    disputes.reason_code,
    cast(null as {{ dbt.type_string() }}) as network_code,
    disputes.currency,
    disputes.disputed_amount,
    disputes.created_at as opened_at,
    disputes.created_on as opened_on,
    disputes.evidence_due_at,
    disputes.evidence_due_on,
    cast(null as timestamp) as closed_at,
    cast(null as date) as closed_on,
    coalesce(disputes.created_at, disputes.synced_at) as recorded_at

from disputes

left join statuses
    on disputes.dispute_status = statuses.raw_value

left join linked
    on disputes.source_account = linked.source_account
    and disputes.charge_id = linked.charge_id
