{#- Grain: one price of one metered quantity. -#}
with

rated_usage as (

    select * from {{ ref('cdm_rated_usage') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }} where source_entity_id = 'default'

),

billed_lines as (

    -- Whoever rates knows a line by its own id, without the invoice that some systems put before it
    -- (in_1|il_2). An id that two systems use names neither.
    select
        substr(source_invoice_line_id, position('|' in source_invoice_line_id) + 1) as line_id,
        min(invoice_line_key) as invoice_line_key

    from {{ ref('fct_invoice_lines') }}

    group by 1

    having count(*) = 1

),

usage_events as (

    select * from {{ ref('fct_usage_events') }}

),

placed as (

    select
        rated_usage.*,
        billed_lines.invoice_line_key,
        usage_events.usage_event_key,
        usage_events.occurred_on as event_occurred_on,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from rated_usage

    left join source_entities
        on rated_usage.source_system = source_entities.source_system
        and rated_usage.source_account = source_entities.source_account

    left join billed_lines
        on rated_usage.source_invoice_line_id = billed_lines.line_id

    left join usage_events
        on rated_usage.source_system = usage_events.source_system
        and rated_usage.source_account = usage_events.source_account
        and rated_usage.source_usage_event_id = usage_events.source_usage_event_id

)

select
    -- keys
    {{ source_key('placed', 'rated_usage') }} as rated_usage_key,
    placed.invoice_line_key,
    placed.usage_event_key,
    placed.source_system,
    placed.source_account,
    placed.legal_entity_code,
    placed.source_rated_usage_id,
    placed.source_usage_event_id,
    placed.source_customer_id,
    placed.source_subscription_item_id,
    placed.source_price_id,
    placed.source_invoice_line_id,

    -- attributes
    placed.meter_code,
    placed.currency,

    -- measures
    placed.quantity,
    placed.rated_amount,

    -- times
    placed.usage_starts_at,
    {{ business_date('placed.usage_starts', 'placed.time_zone') }} as usage_starts_on,
    -- The event knows best when it happened.
    coalesce(placed.event_occurred_on, {{ business_date('placed.usage_starts', 'placed.time_zone') }})
        as metered_on,
    placed.usage_ends_at,
    {{ business_date('placed.usage_ends', 'placed.time_zone') }} as usage_ends_on,
    placed.rated_at,
    {{ business_date('placed.rated', 'placed.time_zone') }} as rated_on,
    placed.time_zone,
    placed.recorded_at

from placed
