{#- Grain: one step of dunning on one invoice, in one source system. -#}
with

dunning_events as (

    select * from {{ ref('cdm_dunning_events') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

resolved as (

    -- The system that duns may not be the one that bills: an id that one invoice alone has will do.
    select
        dunning_events.source_system,
        dunning_events.source_account,
        dunning_events.source_dunning_event_id,
        max(invoices.invoice_key) as invoice_key

    from dunning_events

    inner join invoices
        on dunning_events.source_invoice_id = invoices.source_invoice_id

    group by
        dunning_events.source_system,
        dunning_events.source_account,
        dunning_events.source_dunning_event_id

    having count(distinct invoices.invoice_key) = 1

),

placed as (

    select
        dunning_events.*,
        invoices.invoice_key,
        invoices.customer_key,
        coalesce(invoices.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(invoices.time_zone, 'UTC') as time_zone

    from dunning_events

    left join resolved
        on dunning_events.source_system = resolved.source_system
        and dunning_events.source_account = resolved.source_account
        and dunning_events.source_dunning_event_id = resolved.source_dunning_event_id

    left join invoices
        on resolved.invoice_key = invoices.invoice_key

)

select
    -- keys
    {{ source_key('placed', 'dunning_event') }} as dunning_event_key,
    invoice_key,
    customer_key,
    source_system,
    source_account,
    legal_entity_code,
    source_dunning_event_id,
    source_customer_id,
    source_invoice_id,

    -- attributes
    event_kind,
    dunning_step,
    invoice_key is not null as is_invoice_resolved,

    -- times
    occurred_at,
    {{ business_date('placed.occurred', 'placed.time_zone') }} as occurred_on,
    time_zone,
    recorded_at

from placed
