{#- Grain: one promise of a customer to pay, in one source system. -#}
with

promises_to_pay as (

    select * from {{ ref('cdm_promises_to_pay') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

resolved as (

    -- The system that collects may not be the one that bills: an id that one invoice alone has will do.
    select
        promises_to_pay.source_system,
        promises_to_pay.source_account,
        promises_to_pay.source_promise_to_pay_id,
        max(invoices.invoice_key) as invoice_key

    from promises_to_pay

    inner join invoices
        on promises_to_pay.source_invoice_id = invoices.source_invoice_id

    group by
        promises_to_pay.source_system,
        promises_to_pay.source_account,
        promises_to_pay.source_promise_to_pay_id

    having count(distinct invoices.invoice_key) = 1

),

placed as (

    select
        promises_to_pay.*,
        invoices.invoice_key,
        invoices.customer_key,
        coalesce(invoices.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(invoices.time_zone, 'UTC') as time_zone

    from promises_to_pay

    left join resolved
        on promises_to_pay.source_system = resolved.source_system
        and promises_to_pay.source_account = resolved.source_account
        and promises_to_pay.source_promise_to_pay_id = resolved.source_promise_to_pay_id

    left join invoices
        on resolved.invoice_key = invoices.invoice_key

)

select
    -- keys
    {{ source_key('placed', 'promise_to_pay') }} as promise_to_pay_key,
    invoice_key,
    customer_key,
    source_system,
    source_account,
    legal_entity_code,
    source_promise_to_pay_id,
    source_customer_id,
    source_invoice_id,

    -- attributes
    promise_status,
    currency,
    source_invoice_id is null or invoice_key is not null as is_invoice_resolved,

    -- measures
    promised_amount,

    -- times
    promised_for_on,
    created_at,
    {{ business_date('placed.created', 'placed.time_zone') }} as created_on,
    time_zone,
    recorded_at

from placed
