{#- Grain: one event on one document of a customer's account (an invoice's open item, a payment or a
    credit note not put on an invoice) over a time in which it was known so. -#}
with

open_item_events as (

    select * from {{ ref('int_open_item_events') }}

),

unapplied_events as (

    select * from {{ ref('int_unapplied_events') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }} where purpose = 'functional'

),

events as (

    select
        invoice_key as document_key,
        invoice_key,
        event_source_key,
        customer_key,
        source_system,
        legal_entity_code,
        'open_items' as receivable_kind,
        movement,
        invoice_number,
        currency,
        functional_currency,
        event_amount,
        fx_rate,
        occurred_on,
        issued_on,
        due_on,
        known_from_at,
        known_before_at

    from open_item_events

    union all

    select
        document_key,
        cast(null as {{ dbt.type_string() }}) as invoice_key,
        event_source_key,
        customer_key,
        source_system,
        legal_entity_code,
        receivable_kind,
        movement,
        cast(null as {{ dbt.type_string() }}) as invoice_number,
        currency,
        functional_currency,
        event_amount,
        cast(null as decimal(24, 12)) as fx_rate,
        occurred_on,
        document_on as issued_on,
        cast(null as date) as due_on,
        known_from_at,
        known_before_at

    from unapplied_events

),

priced as (

    -- An open item keeps the rate at which its invoice was booked; what a settlement is worth more
    -- or less on its own day is the exchange difference.
    select
        events.*,
        {{ convert_amount(
            'events.event_amount', 'coalesce(events.fx_rate, day_rates.exchange_rate)',
            'currencies.units_per_major'
        ) }} as booked_amount,
        {{ convert_amount(
            'events.event_amount', 'day_rates.exchange_rate', 'currencies.units_per_major'
        ) }} as day_amount

    from events

    left join currencies
        on events.functional_currency = currencies.currency

    left join currency_rates as day_rates
        on events.currency = day_rates.from_currency
        and events.functional_currency = day_rates.to_currency
        and events.occurred_on >= day_rates.valid_from_on
        and events.occurred_on < day_rates.valid_before_on

)

select
    -- keys
    {{ surrogate_key(['receivable_kind', 'movement', 'document_key', 'event_source_key']) }}
        as receivable_event_key,
    document_key,
    invoice_key,
    event_source_key,
    customer_key,
    source_system,
    legal_entity_code,

    -- attributes
    receivable_kind,
    movement,
    invoice_number,
    currency,
    functional_currency,

    -- measures
    event_amount,
    case when receivable_kind <> 'open_items' or fx_rate is not null then booked_amount end
        as event_amount_functional,
    case
        when movement in ('invoices', 'voids') or receivable_kind <> 'open_items'
            then cast(0 as decimal(18, 4))
        when fx_rate is not null then cast(booked_amount - day_amount as decimal(18, 4))
    end as exchange_difference_amount_functional,
    fx_rate,

    -- times
    occurred_on,
    issued_on,
    due_on,
    {{ month_of('occurred_on') }} as period_month,
    known_from_at,
    known_before_at

from priced
