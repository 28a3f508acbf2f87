{#- Grain: one fiscal period of one source system. -#}
with

fiscal_periods as (

    select * from {{ ref('cdm_fiscal_periods') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

placed as (

    select
        fiscal_periods.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from fiscal_periods

    left join source_entities
        on fiscal_periods.source_system = source_entities.source_system
        and fiscal_periods.source_account = source_entities.source_account
        and coalesce(fiscal_periods.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.closed', 'placed.time_zone') }} as closed_business_on

    from placed

)

select
    -- keys
    {{ source_key('dated', 'fiscal_period') }} as fiscal_period_key,
    dated.source_system,
    dated.source_account,
    dated.legal_entity_code,
    dated.source_fiscal_period_id,
    dated.source_entity_id,

    -- attributes
    dated.period_name,
    dated.is_adjustment_period,
    dated.is_closed,
    dated.is_receivables_locked,
    dated.is_all_locked,
    dated.is_legal_entity_resolved,
    dated.books_currency as functional_currency,

    -- times
    dated.starts_on,
    dated.ends_before_on,
    dated.closed_at,
    dated.closed_business_on as closed_on,
    dated.time_zone,
    dated.recorded_at

from dated
