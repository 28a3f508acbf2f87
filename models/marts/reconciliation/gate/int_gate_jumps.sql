{#- Grain: one invoice before the gate with a charge that is many times what it was the period
    before. -#}
with

gate_invoices as (

    select * from {{ ref('int_gate_invoices') }}

),

services as (

    select * from {{ ref('int_gate_services') }} where line_kind = 'recurring'

),

checks as (

    select * from {{ ref('billing_gate_checks') }} where check_code = 'jump'

)

select
    -- keys
    gate_invoices.invoice_key,

    -- measures
    max(services.service_amount) as charge_amount,
    max(earlier.service_amount) as earlier_charge_amount

from gate_invoices

inner join services
    on gate_invoices.invoice_key = services.invoice_key

inner join services as earlier
    on services.source_system = earlier.source_system
    and services.source_account = earlier.source_account
    and services.source_subscription_item_id = earlier.source_subscription_item_id
    and services.service_starts_on = earlier.service_ends_on

cross join checks

where
    earlier.is_billed
    and earlier.service_amount > 0
    and services.service_amount >= earlier.service_amount * checks.factor

group by gate_invoices.invoice_key
