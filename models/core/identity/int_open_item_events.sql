{#- Grain: one event on the open item of an invoice over a time in which the event and the invoice were
    known as they are told here. -#}
with

invoice_versions as (

    select * from {{ ref('int_invoice_versions') }} where invoice_status <> 'draft'

),

settlements as (

    select * from {{ ref('int_settlements_counted') }}

),

events as (

    select
        invoice_key,
        invoice_key as event_source_key,
        known_from_at as version_known_from_at,
        'invoices' as movement,
        cast(total_amount as decimal(18, 4)) as event_amount,
        issued_on as occurred_on,
        known_from_at,
        known_before_at

    from invoice_versions

    union all

    select
        invoice_versions.invoice_key,
        settlements.settlement_key as event_source_key,
        invoice_versions.known_from_at as version_known_from_at,
        settlements.movement,
        settlements.event_amount,
        coalesce(
            settlements.settled_on,
            {{ local_date('settlements.settled_at', 'invoice_versions.time_zone') }}
        ) as occurred_on,
        {{ both_known_from('settlements', 'invoice_versions') }} as known_from_at,
        {{ both_known_before('settlements', 'invoice_versions') }} as known_before_at

    from settlements

    inner join invoice_versions
        on settlements.invoice_key = invoice_versions.invoice_key
        -- What was paid in another currency is not taken off this one.
        and settlements.currency = invoice_versions.currency
        and {{ known_together('settlements', 'invoice_versions') }}

),

moved as (

    select * from events

    union all

    -- A void takes off what is open then, event by event: nothing of the invoice is left.
    select
        events.invoice_key,
        events.event_source_key,
        events.version_known_from_at,
        'voids' as movement,
        cast(-events.event_amount as decimal(18, 4)) as event_amount,
        greatest(events.occurred_on, invoice_versions.voided_on) as occurred_on,
        -- The source's instant of the void is later than the record of the invoice.
        greatest(events.known_from_at, invoice_versions.voided_at) as known_from_at,
        events.known_before_at

    from events

    inner join invoice_versions
        on events.invoice_key = invoice_versions.invoice_key
        and events.version_known_from_at = invoice_versions.known_from_at

    where invoice_versions.invoice_status = 'void'

)

select
    -- keys
    moved.invoice_key,
    moved.event_source_key,
    invoice_versions.customer_key,
    invoice_versions.source_system,
    invoice_versions.legal_entity_code,

    -- attributes
    moved.movement,
    invoice_versions.invoice_number,
    invoice_versions.currency,
    invoice_versions.functional_currency,

    -- measures
    moved.event_amount,
    invoice_versions.fx_rate,

    -- times
    moved.occurred_on,
    invoice_versions.issued_on,
    invoice_versions.due_on,
    moved.known_from_at,
    moved.known_before_at

from moved

inner join invoice_versions
    on moved.invoice_key = invoice_versions.invoice_key
    and moved.version_known_from_at = invoice_versions.known_from_at

where moved.known_before_at is null or moved.known_from_at < moved.known_before_at
