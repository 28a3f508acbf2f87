{#- Grain: one ledger document of one source system. -#}
with

ledger_documents as (

    select * from {{ ref('cdm_ledger_documents') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

fiscal_periods as (

    select * from {{ ref('cdm_fiscal_periods') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'ledger_documents'

),

placed as (

    select
        ledger_documents.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from ledger_documents

    left join source_entities
        on ledger_documents.source_system = source_entities.source_system
        and ledger_documents.source_account = source_entities.source_account
        and coalesce(ledger_documents.source_entity_id, 'default')
        = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.document', 'placed.time_zone') }} as document_business_on,
        {{ business_date('placed.created', 'placed.time_zone') }} as created_business_on

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
        and dated.document_business_on >= functional_rates.valid_from_on
        and dated.document_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.document_business_on >= reporting_rates.valid_from_on
        and dated.document_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'ledger_document') }} as ledger_document_key,
    customer_ids.customer_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_ledger_document_id,
    priced.source_entity_id,
    priced.source_customer_id,
    priced.reverses_source_ledger_document_id,
    priced.source_fiscal_period_id,

    -- attributes
    priced.document_kind,
    priced.document_number,
    priced.external_reference,
    priced.document_status,
    priced.is_voided,
    priced.is_reversal,
    priced.created_by,
    priced.currency,
    priced.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    priced.is_legal_entity_resolved,
    coalesce(priced.functional_currency, priced.books_currency) as functional_currency,

    -- measures
    priced.total_amount,
    priced.open_amount,
    priced.exchange_rate,
    coalesce(
        priced.total_amount_functional,
        {{ convert_amount('priced.total_amount', 'priced.fx_rate', 'priced.functional_units') }}
    ) as total_amount_functional,
    {{ convert_amount('priced.total_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as total_amount_reporting,
    case
        when priced.total_amount_functional is not null then priced.exchange_rate
        else priced.fx_rate
    end as fx_rate,
    case when priced.total_amount_functional is not null then 'booked' else priced.fx_rate_type end
        as fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.document_at,
    priced.document_business_on as document_on,
    priced.due_on,
    priced.created_at,
    priced.created_business_on as created_on,
    -- The ledger's own posting period, never derived from a date where it names one (domain D6).
    {{ month_of('coalesce(fiscal_periods.starts_on, priced.document_business_on)') }} as period_month,
    priced.time_zone,
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join customer_ids
    on priced.source_system = customer_ids.source_system
    and priced.source_account = customer_ids.source_account
    and priced.source_customer_id = customer_ids.source_customer_id

left join first_recorded
    on {{ source_key('priced', 'ledger_document') }} = first_recorded.record_key

left join fiscal_periods
    on priced.source_system = fiscal_periods.source_system
    and priced.source_account = fiscal_periods.source_account
    and priced.source_fiscal_period_id = fiscal_periods.source_fiscal_period_id
