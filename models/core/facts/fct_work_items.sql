{#- Grain: one work item of one source system. -#}
with

work_items as (

    select * from {{ ref('cdm_work_items') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

known_invoices as (

    select source_system, source_account, source_invoice_id from {{ ref('cdm_invoices') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'work_items'

),

placed as (

    select
        work_items.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from work_items

    left join source_entities
        on work_items.source_system = source_entities.source_system
        and work_items.source_account = source_entities.source_account
        and 'default' = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.triaged', 'placed.time_zone') }} as triaged_business_on,
        {{ business_date('placed.opened', 'placed.time_zone') }} as opened_business_on,
        {{ business_date('placed.detected', 'placed.time_zone') }} as detected_business_on,
        {{ business_date('placed.resolved', 'placed.time_zone') }} as resolved_business_on,
        {{ business_date('placed.closed', 'placed.time_zone') }} as closed_business_on

    from placed

)

select
    -- keys
    {{ source_key('dated', 'work_item') }} as work_item_key,
    {{ source_key('known_invoices', 'invoice') }} as invoice_key,
    customer_ids.customer_key,
    dated.source_system,
    dated.source_account,
    dated.legal_entity_code,
    dated.source_work_item_id,
    dated.source_customer_id,
    dated.source_invoice_id,
    dated.caused_by_source_work_item_id,

    -- attributes
    dated.work_item_kind,
    dated.work_item_number,
    dated.work_item_status,
    dated.priority_code,
    dated.severity_code,
    dated.root_cause_code,
    dated.triaged_by,
    dated.source_invoice_id is null
    or known_invoices.source_invoice_id is not null as is_invoice_resolved,
    dated.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    dated.is_legal_entity_resolved,
    dated.books_currency as functional_currency,

    -- times
    dated.triaged_at,
    dated.triaged_business_on as triaged_on,
    dated.opened_at,
    dated.opened_business_on as opened_on,
    dated.detected_at,
    dated.detected_business_on as detected_on,
    dated.resolved_at,
    dated.resolved_business_on as resolved_on,
    dated.closed_at,
    dated.closed_business_on as closed_on,
    {{ month_of('dated.opened_business_on') }} as period_month,
    dated.time_zone,
    coalesce(dated.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from dated

left join customer_ids
    on dated.source_system = customer_ids.source_system
    and dated.source_account = customer_ids.source_account
    and dated.source_customer_id = customer_ids.source_customer_id

left join first_recorded
    on {{ source_key('dated', 'work_item') }} = first_recorded.record_key

left join known_invoices
    on dated.source_system = known_invoices.source_system
    and dated.source_account = known_invoices.source_account
    and dated.source_invoice_id = known_invoices.source_invoice_id
