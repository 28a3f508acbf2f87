{#- Grain: one billing run of one source system. -#}
with

billing_runs as (

    select * from {{ ref('cdm_billing_runs') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'billing_runs'

),

placed as (

    select
        billing_runs.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from billing_runs

    left join source_entities
        on billing_runs.source_system = source_entities.source_system
        and billing_runs.source_account = source_entities.source_account
        and coalesce(billing_runs.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.committed_deadline', 'placed.time_zone') }}
            as committed_deadline_business_on,
        {{ business_date('placed.started', 'placed.time_zone') }} as started_business_on,
        {{ business_date('placed.completed', 'placed.time_zone') }} as completed_business_on,
        {{ business_date('placed.posted', 'placed.time_zone') }} as posted_business_on

    from placed

)

select
    -- keys
    {{ source_key('dated', 'billing_run') }} as billing_run_key,
    dated.source_system,
    dated.source_account,
    dated.legal_entity_code,
    dated.source_billing_run_id,
    dated.source_entity_id,

    -- attributes
    dated.run_kind,
    dated.billing_run_status,
    dated.expected_account_count,
    dated.processed_account_count,
    dated.failed_account_count,
    dated.approved_exception_count,
    dated.is_legal_entity_resolved,
    dated.books_currency as functional_currency,

    -- times
    dated.target_on,
    dated.committed_deadline_at,
    dated.committed_deadline_business_on as committed_deadline_on,
    dated.started_at,
    dated.started_business_on as started_on,
    dated.completed_at,
    dated.completed_business_on as completed_on,
    dated.posted_at,
    dated.posted_business_on as posted_on,
    {{ month_of('dated.committed_deadline_business_on') }} as period_month,
    dated.time_zone,
    coalesce(dated.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from dated

left join first_recorded
    on {{ source_key('dated', 'billing_run') }} = first_recorded.record_key
