{#- Grain: one source of a dispute with the document, customer and legal entity it is about. -#}
with

found_sources as (

    select * from {{ ref('int_dispute_sources_found') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

payments as (

    select * from {{ ref('fct_payments') }}

),

customer_ids as (

    select * from {{ ref('dim_customer_ids') }}

),

legal_entities as (

    select * from {{ ref('dim_legal_entities') }}

),

state_map as (

    select * from {{ ref('dispute_state_map') }}

),

states as (

    select * from {{ ref('dispute_state_kinds') }}

),

numbers as (

    -- A tracker names an invoice by its number: a number that two invoices bear names none.
    select
        invoice_number,
        min(invoice_key) as invoice_key

    from invoices

    where invoice_number is not null

    group by invoice_number

    having count(*) = 1

),

numbers_of_entities as (

    select
        legal_entity_code,
        invoice_number,
        min(invoice_key) as invoice_key

    from invoices

    where invoice_number is not null

    group by legal_entity_code, invoice_number

    having count(*) = 1

),

names as (

    -- An id that stands for two customers names nobody.
    select
        source_customer_id,
        min(customer_key) as customer_key

    from customer_ids

    group by source_customer_id

    having min(customer_key) = max(customer_key)

),

documented as (

    select
        found_sources.*,
        coalesce(
            found_sources.invoice_key, numbers.invoice_key, numbers_of_entities.invoice_key
        ) as contested_invoice_key

    from found_sources

    left join numbers
        on found_sources.source_invoice_id = numbers.invoice_number

    left join numbers_of_entities
        on found_sources.legal_entity_code = numbers_of_entities.legal_entity_code
        and found_sources.source_invoice_id = numbers_of_entities.invoice_number

),

placed as (

    select
        documented.*,
        coalesce(
            documented.customer_key, names.customer_key, invoices.customer_key,
            payments.customer_key
        ) as party_key,
        case
            when documented.legal_entity_code = 'unassigned'
                then coalesce(
                    invoices.legal_entity_code, payments.legal_entity_code, 'unassigned'
                )
            else documented.legal_entity_code
        end as placed_entity_code

    from documented

    left join names
        on documented.source_customer_id = names.source_customer_id

    left join invoices
        on documented.contested_invoice_key = invoices.invoice_key

    left join payments
        on documented.payment_key = payments.payment_key

),

stated as (

    select
        placed.*,
        coalesce(legal_entities.time_zone, 'UTC') as time_zone,
        coalesce(states.is_open, true) as is_open

    from placed

    left join legal_entities
        on placed.placed_entity_code = legal_entities.legal_entity_code

    left join state_map
        on placed.source_kind = state_map.source_kind
        and placed.source_status = state_map.source_status
        and state_map.field_name = 'status'
        and state_map.valid_from_on <= {{ as_of_date() }}
        and state_map.valid_before_on > {{ as_of_date() }}

    left join states
        on state_map.dispute_state = states.dispute_state

),

timed as (

    select
        stated.*,
        -- Where a system gives a day only, the day's beginning stands for it.
        coalesce(
            stated.opened_at, {{ start_of_day('stated.opened_on', 'stated.time_zone') }},
            stated.recorded_at
        ) as begun_at,
        coalesce(stated.closed_at, {{ start_of_day('stated.closed_on', 'stated.time_zone') }})
            as left_at

    from stated

)

select
    -- keys
    dispute_source_key,
    work_item_key,
    dispute_key,
    issue_key,
    caused_by_source_work_item_id,
    party_key as customer_key,
    contested_invoice_key as invoice_key,
    payment_key,
    source_system,
    source_account,
    source_id,
    placed_entity_code as legal_entity_code,

    -- attributes
    source_kind,
    source_status,
    reason_code,
    network_code,
    priority_code,
    root_cause_code,
    triaged_by,
    is_open,
    source_invoice_id is null or contested_invoice_key is not null as is_invoice_resolved,
    currency,

    -- measures
    disputed_amount,
    disputed_amount_reporting,

    -- times
    triaged_at,
    begun_at as opened_at,
    {{ local_date('begun_at', 'time_zone') }} as opened_on,
    case when not is_open then left_at end as closed_at,
    -- The end of one that is over without a day: evidence was due then, so not before.
    case
        when is_open then null
        else coalesce(
            {{ local_date('left_at', 'time_zone') }},
            case when evidence_due_on is not null then least(evidence_due_on, {{ as_of_date() }}) end,
            {{ local_date('begun_at', 'time_zone') }}
        )
    end as closed_on,
    evidence_due_at,
    evidence_due_on,
    time_zone,
    recorded_at

from timed
