{#- Grain: one Zuora payment, failed and cancelled ones included. -#}
with

payments as (

    select * from {{ ref('stg_zuora__payment') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('zuora', 'payment', 'status') }}

),

methods as (

    select * from {{ ref('stg_zuora__payment_method') }} where row_disposition = 'accepted'

),

customers as (

    select * from {{ ref('stg_zuora__account') }} where row_disposition in ('accepted', 'deleted')

)

select
    'zuora' as source_system,
    payments.source_account,
    payments.payment_id as source_payment_id,
    customers.batch as source_entity_id,
    payments.customer_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as source_payment_intent_id,
    case when payments.payment_type = 'electronic' then 'processor' else 'external' end
        as payment_channel,
    -- The gateway's id of an electronic payment; of an external one what the payer or bank wrote.
    case when payments.payment_type = 'electronic' then payments.reference_id end
        as processor_reference,
    case when payments.payment_type = 'external' then payments.reference_id end
        as remittance_reference,
    methods.payment_method_kind,
    statuses.canonical_value as payment_status,
    statuses.canonical_value = 'succeeded' as is_captured,
    payments.currency,
    payments.payment_amount,
    cast(null as timestamp) as authorised_at,
    cast(null as date) as authorised_on,
    cast(null as timestamp) as paid_at,
    case when statuses.canonical_value = 'succeeded' then payments.effective_on end as paid_on,
    coalesce(payments.created_at, payments.synced_at) as recorded_at

from payments

left join statuses
    on payments.payment_status = statuses.raw_value

left join methods
    on payments.source_account = methods.source_account
    and payments.payment_method_id = methods.payment_method_id

left join customers
    on payments.source_account = customers.source_account
    and payments.customer_id = customers.customer_id
