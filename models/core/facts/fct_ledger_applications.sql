{#- Grain: one ledger application of one source system. -#}
with

ledger_applications as (

    select * from {{ ref('cdm_ledger_applications') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

known_ledger_documents as (

    select
        source_system,
        source_account,
        source_ledger_document_id
    from {{ ref('cdm_ledger_documents') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

placed as (

    select
        ledger_applications.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from ledger_applications

    left join source_entities
        on ledger_applications.source_system = source_entities.source_system
        and ledger_applications.source_account = source_entities.source_account
        and 'default' = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.applied', 'placed.time_zone') }} as applied_business_on

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
        and dated.applied_business_on >= functional_rates.valid_from_on
        and dated.applied_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.applied_business_on >= reporting_rates.valid_from_on
        and dated.applied_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'ledger_application') }} as ledger_application_key,
    {{ source_key('known_ledger_documents_from_ledger_document', 'ledger_document') }}
        as from_ledger_document_key,
    {{ source_key('known_ledger_documents_to_ledger_document', 'ledger_document') }}
        as to_ledger_document_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_ledger_application_id,
    priced.source_from_ledger_document_id,
    priced.source_to_ledger_document_id,

    -- attributes
    priced.application_kind,
    priced.is_reversal,
    priced.currency,
    priced.source_from_ledger_document_id is null
    or known_ledger_documents_from_ledger_document.source_ledger_document_id is not null
        as is_from_ledger_document_resolved,
    priced.source_to_ledger_document_id is null
    or known_ledger_documents_to_ledger_document.source_ledger_document_id is not null
        as is_to_ledger_document_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.applied_amount,
    {{ convert_amount('priced.applied_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as applied_amount_functional,
    {{ convert_amount('priced.applied_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as applied_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.applied_at,
    priced.applied_business_on as applied_on,
    {{ month_of('priced.applied_business_on') }} as period_month,
    priced.time_zone,
    priced.recorded_at

from priced

left join known_ledger_documents as known_ledger_documents_from_ledger_document
    on priced.source_system = known_ledger_documents_from_ledger_document.source_system
    and priced.source_account = known_ledger_documents_from_ledger_document.source_account
    and priced.source_from_ledger_document_id
    = known_ledger_documents_from_ledger_document.source_ledger_document_id

left join known_ledger_documents as known_ledger_documents_to_ledger_document
    on priced.source_system = known_ledger_documents_to_ledger_document.source_system
    and priced.source_account = known_ledger_documents_to_ledger_document.source_account
    and priced.source_to_ledger_document_id
    = known_ledger_documents_to_ledger_document.source_ledger_document_id
