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
    min(others.natural_key) as other_natural_key,

    -- measures
    cast(sum(services.service_amount) as decimal(18, 4)) as billed_twice_amount,

    -- times
    min(services.service_starts_on) as service_starts_on,
    max(services.service_ends_on) as service_ends_on

from gate_invoices

inner join services
    on gate_invoices.invoice_key = services.invoice_key

inner join services as others
    on services.source_system = others.source_system
    and services.source_account = others.source_account
    and services.source_subscription_item_id = others.source_subscription_item_id
    and services.line_kind = others.line_kind
    and services.service_starts_on = others.service_starts_on
    and services.service_ends_on = others.service_ends_on
    and services.invoice_key <> others.invoice_key

-- Of two, the one that was made later is held.
where
    services.created_at > others.created_at
    or (services.created_at = others.created_at and services.invoice_key > others.invoice_key)

group by gate_invoices.invoice_key
