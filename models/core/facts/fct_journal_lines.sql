{#- Grain: one journal line of one source system. -#}
with

journal_lines as (

    select * from {{ ref('cdm_journal_lines') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

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

fiscal_periods as (

    select * from {{ ref('cdm_fiscal_periods') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'journal_lines'

),

placed as (

    select
        journal_lines.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from journal_lines

    left join source_entities
        on journal_lines.source_system = source_entities.source_system
        and journal_lines.source_account = source_entities.source_account
        and coalesce(journal_lines.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.posted', 'placed.time_zone') }} as posted_business_on

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
        and dated.posted_business_on >= functional_rates.valid_from_on
        and dated.posted_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.posted_business_on >= reporting_rates.valid_from_on
        and dated.posted_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'journal_line') }} as journal_line_key,
    {{ source_key('known_ledger_documents', 'ledger_document') }} as ledger_document_key,
    customer_ids.customer_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_journal_line_id,
    priced.source_entity_id,
    priced.source_ledger_document_id,
    priced.source_fiscal_period_id,
    priced.source_customer_id,

    -- attributes
    priced.line_number,
    priced.accounting_book_code,
    priced.is_primary_book,
    priced.account_code,
    priced.account_kind,
    priced.is_posting,
    priced.currency,
    priced.source_ledger_document_id is null
    or known_ledger_documents.source_ledger_document_id is not null as is_ledger_document_resolved,
    priced.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    priced.is_legal_entity_resolved,
    coalesce(priced.functional_currency, priced.books_currency) as functional_currency,

    -- measures
    priced.line_amount,
    priced.exchange_rate,
    coalesce(
        priced.line_amount_functional,
        {{ convert_amount('priced.line_amount', 'priced.fx_rate', 'priced.functional_units') }}
    ) as line_amount_functional,
    {{ convert_amount('priced.line_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as line_amount_reporting,
    case
        when priced.line_amount_functional is not null then priced.exchange_rate
        else priced.fx_rate
    end as fx_rate,
    case when priced.line_amount_functional is not null then 'booked' else priced.fx_rate_type end
        as fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.posted_at,
    priced.posted_business_on as posted_on,
    -- The ledger's own posting period, never derived from a date where it names one (domain D6).
    {{ month_of('coalesce(fiscal_periods.starts_on, priced.posted_business_on)') }} as period_month,
    priced.time_zone,
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join customer_ids
    on priced.source_system = customer_ids.source_system
    and priced.source_account = customer_ids.source_account
    and priced.source_customer_id = customer_ids.source_customer_id

left join first_recorded
    on {{ source_key('priced', 'journal_line') }} = first_recorded.record_key

left join known_ledger_documents
    on priced.source_system = known_ledger_documents.source_system
    and priced.source_account = known_ledger_documents.source_account
    and priced.source_ledger_document_id = known_ledger_documents.source_ledger_document_id

left join fiscal_periods
    on priced.source_system = fiscal_periods.source_system
    and priced.source_account = fiscal_periods.source_account
    and priced.source_fiscal_period_id = fiscal_periods.source_fiscal_period_id
