{#- Grain: one dispute event of one source system. -#}
with

dispute_events as (

    select * from {{ ref('cdm_dispute_events') }}

),

parents as (

    select * from {{ ref('fct_disputes') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

placed as (

    select
        dispute_events.*,
        parents.dispute_key as parent_key,
        coalesce(parents.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(parents.is_legal_entity_resolved, false) as is_legal_entity_resolved,
        parents.functional_currency as books_currency,
        coalesce(parents.time_zone, 'UTC') as time_zone

    from dispute_events

    left join parents
        on dispute_events.source_system = parents.source_system
        and dispute_events.source_account = parents.source_account
        and dispute_events.source_dispute_id = parents.source_dispute_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.occurred', 'placed.time_zone') }} as occurred_business_on

    from placed

),

priced as (

    select
        dated.*,
        functional_rates.exchange_rate as fx_rate,
        functional_rates.rate_on as fx_rate_on,
        functional_rates.rate_type as fx_rate_type,
        functional_rates.units_per_major as functional_units,
        reporting_rates.exchange_rate as reporting_rate,
        reporting_rates.units_per_major as reporting_units

    from dated

    left join currency_rates as functional_rates
        on dated.currency = functional_rates.from_currency
        and dated.books_currency = functional_rates.to_currency
        and functional_rates.purpose = 'functional'
        and dated.occurred_business_on >= functional_rates.valid_from_on
        and dated.occurred_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.occurred_business_on >= reporting_rates.valid_from_on
        and dated.occurred_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'dispute_event') }} as dispute_event_key,
    priced.parent_key as dispute_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_dispute_event_id,
    priced.source_dispute_id,

    -- attributes
    priced.event_kind,
    priced.dispute_status,
    priced.actor,
    priced.currency,
    priced.source_dispute_id is null or priced.parent_key is not null as is_dispute_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.event_amount,
    {{ convert_amount('priced.event_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as event_amount_functional,
    {{ convert_amount('priced.event_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as event_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.occurred_at,
    priced.occurred_business_on as occurred_on,
    {{ month_of('priced.occurred_business_on') }} as period_month,
    priced.time_zone,
    priced.recorded_at

from priced
