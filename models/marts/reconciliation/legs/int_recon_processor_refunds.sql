{#- Grain: one refund with the processor's refund that it is: itself, or (a refund in a billing
    system that charges through a processor) the one of the same charge, amount and day. -#}
with

refunds as (

    select * from {{ ref('fct_refunds') }}

),

payments as (

    select * from {{ ref('fct_payments') }}

),

own_applications as (

    select payment_key

    from {{ ref('fct_document_applications') }}

    where payment_key is not null and application_kind = 'payment'

    group by payment_key

),

placed as (

    select
        refunds.refund_key,
        refunds.source_refund_id,
        refunds.refund_amount,
        refunds.currency,
        refunds.created_on,
        payments.processor_reference,
        payments.payment_key,
        -- The processor's own record of a charge is named as the charge.
        coalesce(payments.processor_reference = payments.source_payment_id, false) as is_of_processor,
        payments.payment_key is null or payments.processor_reference is not null
            as is_through_processor,
        own_applications.payment_key is not null as is_applied,
        row_number() over (
            partition by
                coalesce(payments.processor_reference = payments.source_payment_id, false),
                payments.processor_reference,
                refunds.currency,
                refunds.refund_amount,
                refunds.created_on
            order by refunds.source_refund_id
        ) as place

    from refunds

    left join payments
        on refunds.payment_key = payments.payment_key

    left join own_applications
        on payments.payment_key = own_applications.payment_key

)

select
    -- keys
    placed.refund_key,
    placed.payment_key,
    coalesce(processors.source_refund_id, placed.source_refund_id) as processor_refund_id,
    processors.refund_key as processor_refund_key,

    -- attributes
    placed.is_of_processor,
    placed.is_through_processor,
    not placed.is_of_processor or placed.is_applied as is_of_billing

from placed

left join placed as processors
    on placed.processor_reference = processors.processor_reference
    and placed.currency = processors.currency
    and placed.refund_amount = processors.refund_amount
    and placed.created_on = processors.created_on
    and placed.place = processors.place
    and processors.is_of_processor
