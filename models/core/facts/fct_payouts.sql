{#- Grain: one payout of one source system. -#}
with

payouts as (

    select * from {{ ref('cdm_payouts') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

placed as (

    select
        payouts.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from payouts

    left join source_entities
        on payouts.source_system = source_entities.source_system
        and payouts.source_account = source_entities.source_account
        and coalesce(payouts.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.created', 'placed.time_zone') }} as created_business_on,
        {{ business_date('placed.arrives', 'placed.time_zone') }} as arrives_business_on

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
        and coalesce(dated.arrives_business_on, dated.created_business_on) >= functional_rates.valid_from_on
        and coalesce(dated.arrives_business_on, dated.created_business_on) < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and coalesce(dated.arrives_business_on, dated.created_business_on) >= reporting_rates.valid_from_on
        and coalesce(dated.arrives_business_on, dated.created_business_on) < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'payout') }} as payout_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_payout_id,
    priced.source_entity_id,

    -- attributes
    priced.payout_status,
    priced.payout_method,
    priced.is_automatic,
    priced.bank_reference,
    priced.destination_account_id,
    priced.failure_code,
    priced.currency,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.payout_amount,
    {{ convert_amount('priced.payout_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as payout_amount_functional,
    {{ convert_amount('priced.payout_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as payout_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.created_at,
    priced.created_business_on as created_on,
    priced.arrives_at,
    priced.arrives_business_on as arrives_on,
    {{ month_of('coalesce(priced.arrives_business_on, priced.created_business_on)') }} as period_month,
    priced.time_zone,
    priced.recorded_at

from priced
