{#- Grain: one Stripe charge: each is one try to collect. -#}
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

cards as (

    select * from {{ ref('stg_stripe__payment_method_card') }} where row_disposition = 'accepted'

)

select
    'stripe' as source_system,
    charges.source_account,
    charges.charge_id as source_payment_attempt_id,
    'default' as source_entity_id,
    linked.customer_id as source_customer_id,
    case when statuses.canonical_value <> 'failed' then charges.charge_id end as source_payment_id,
    -- A charge made without an intent is its own intent.
    coalesce(charges.payment_intent_id, charges.charge_id) as source_payment_intent_id,
    linked.invoice_id as source_invoice_id,
    cast(row_number() over (
        partition by charges.source_account, coalesce(charges.payment_intent_id, charges.charge_id)
        order by charges.created_at, charges.charge_id
    ) as int) as attempt_number,
    case
        when charges.outcome_type = 'blocked' then 'blocked'
        when statuses.canonical_value = 'succeeded' and not charges.is_captured then 'authorised'
        else statuses.canonical_value
    end as attempt_status,
    -- outcome.reason holds the issuer's reason; failure_code only says card_declined.
    case
        when statuses.canonical_value = 'failed'
            then coalesce(charges.outcome_reason, charges.failure_code)
    end as decline_code,
    charges.network_status,
    coalesce(methods.payment_method_kind, case when cards.card_brand is not null then 'card' end)
        as payment_method_kind,
    cards.card_brand as payment_method_brand,
    charges.currency,
    charges.charge_amount as attempted_amount,
    charges.created_at as attempted_at,
    charges.created_on as attempted_on,
    coalesce(charges.created_at, charges.synced_at) as recorded_at

from charges

inner join linked
    on charges.source_account = linked.source_account
    and charges.charge_id = linked.charge_id

left join statuses
    on charges.charge_status = statuses.raw_value

left join methods
    on charges.source_account = methods.source_account
    and charges.payment_method_id = methods.payment_method_id

left join cards
    on charges.source_account = cards.source_account
    and charges.payment_method_id = cards.payment_method_id
