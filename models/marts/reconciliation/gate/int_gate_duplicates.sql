{#- Grain: one invoice before the gate that bills what another invoice bills. -#}
with

gate_invoices as (

    select * from {{ ref('int_gate_invoices') }}

),

services as (

    select *
    from {{ ref('int_gate_services') }}
    where is_billed and line_kind in ('recurring', 'usage')

)

select
    -- keys
    gate_invoices.invoice_key,

    -- attributes
    min(earlier.natural_key) as other_natural_key,

    -- measures
    cast(sum(services.service_amount) as decimal(18, 4)) as billed_twice_amount,

    -- times
    min(services.service_starts_on) as service_starts_on,
    max(services.service_ends_on) as service_ends_on

from gate_invoices

inner join services
    on gate_invoices.invoice_key = services.invoice_key

inner join services as earlier
    on services.source_system = earlier.source_system
    and services.source_account = earlier.source_account
    and services.source_subscription_item_id = earlier.source_subscription_item_id
    and services.line_kind = earlier.line_kind
    and services.service_starts_on = earlier.service_starts_on
    and services.service_ends_on = earlier.service_ends_on
    and services.invoice_key <> earlier.invoice_key

-- Of two, the one that was made later is held.
where
    services.created_at > earlier.created_at
    or (services.created_at = earlier.created_at and services.invoice_key > earlier.invoice_key)

group by gate_invoices.invoice_key
