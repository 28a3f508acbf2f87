{#- Grain: one promise of a customer to pay. -#}
with

promises as (

    select * from {{ ref('stg_ops__promise_to_pay') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('ops', 'promise_to_pay', 'status') }}

)

select
    'ops' as source_system,
    promises.source_account,
    promises.promise_to_pay_id as source_promise_to_pay_id,
    promises.customer_id as source_customer_id,
    promises.invoice_id as source_invoice_id,
    statuses.canonical_value as promise_status,
    promises.currency,
    promises.promised_amount,
    promises.promised_for_on,
    promises.created_at,
    promises.created_on,
    promises.recorded_at

from promises

inner join statuses
    on promises.promise_status = statuses.raw_value
