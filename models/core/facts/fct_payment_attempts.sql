{#- Grain: one payment attempt of one source system. -#}
with

payment_attempts as (

    select * from {{ ref('cdm_payment_attempts') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

known_payments as (

    select source_system, source_account, source_payment_id from {{ ref('cdm_payments') }}

),

known_invoices as (

    select source_system, source_account, source_invoice_id from {{ ref('cdm_invoices') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

placed as (

    select
        payment_attempts.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from payment_attempts

    left join source_entities
        on payment_attempts.source_system = source_entities.source_system
        and payment_attempts.source_account = source_entities.source_account
        and coalesce(payment_attempts.source_entity_id, 'default')
        = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.attempted', 'placed.time_zone') }} as attempted_business_on

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
        and dated.attempted_business_on >= functional_rates.valid_from_on
        and dated.attempted_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.attempted_business_on >= reporting_rates.valid_from_on
        and dated.attempted_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'payment_attempt') }} as payment_attempt_key,
    {{ source_key('known_payments', 'payment') }} as payment_key,
    {{ source_key('known_invoices', 'invoice') }} as invoice_key,
    customer_ids.customer_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_payment_attempt_id,
    priced.source_entity_id,
    priced.source_customer_id,
    priced.source_payment_id,
    priced.source_payment_intent_id,
    priced.source_invoice_id,

    -- attributes
    priced.attempt_number,
    priced.attempt_status,
    priced.decline_code,
    priced.network_status,
    priced.payment_method_kind,
    priced.payment_method_brand,
    priced.currency,
    priced.source_payment_id is null
    or known_payments.source_payment_id is not null as is_payment_resolved,
    priced.source_invoice_id is null
    or known_invoices.source_invoice_id is not null as is_invoice_resolved,
    priced.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.attempted_amount,
    {{ convert_amount('priced.attempted_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as attempted_amount_functional,
    {{ convert_amount(
        'priced.attempted_amount', 'priced.reporting_rate', 'priced.reporting_units'
    ) }} as attempted_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.attempted_at,
    priced.attempted_business_on as attempted_on,
    {{ month_of('priced.attempted_business_on') }} as period_month,
    priced.time_zone,
    priced.recorded_at

from priced

left join customer_ids
    on priced.source_system = customer_ids.source_system
    and priced.source_account = customer_ids.source_account
    and priced.source_customer_id = customer_ids.source_customer_id

left join known_payments
    on priced.source_system = known_payments.source_system
    and priced.source_account = known_payments.source_account
    and priced.source_payment_id = known_payments.source_payment_id

left join known_invoices
    on priced.source_system = known_invoices.source_system
    and priced.source_account = known_invoices.source_account
    and priced.source_invoice_id = known_invoices.source_invoice_id
