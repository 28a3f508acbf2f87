{#- Grain: one bank line of one source system. -#}
with

bank_lines as (

    select * from {{ ref('cdm_bank_lines') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'bank_lines'

),

placed as (

    select
        bank_lines.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from bank_lines

    left join source_entities
        on bank_lines.source_system = source_entities.source_system
        and bank_lines.source_account = source_entities.source_account
        and coalesce(bank_lines.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.booked', 'placed.time_zone') }} as booked_business_on,
        {{ business_date('placed.value', 'placed.time_zone') }} as value_business_on

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
        and dated.booked_business_on >= functional_rates.valid_from_on
        and dated.booked_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.booked_business_on >= reporting_rates.valid_from_on
        and dated.booked_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'bank_line') }} as bank_line_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_bank_line_id,
    priced.source_entity_id,
    priced.source_bank_account_id,
    priced.source_bank_statement_id,

    -- attributes
    priced.transaction_code,
    priced.bank_reference,
    priced.remittance_reference,
    priced.counterparty_name_hash,
    priced.currency,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.line_amount,
    {{ convert_amount('priced.line_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as line_amount_functional,
    {{ convert_amount('priced.line_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as line_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.booked_at,
    priced.booked_business_on as booked_on,
    priced.value_at,
    priced.value_business_on as value_on,
    {{ month_of('priced.booked_business_on') }} as period_month,
    priced.time_zone,
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join first_recorded
    on {{ source_key('priced', 'bank_line') }} = first_recorded.record_key
