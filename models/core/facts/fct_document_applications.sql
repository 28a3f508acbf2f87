{#- Grain: one document application of one source system. -#}
with

document_applications as (

    select * from {{ ref('cdm_document_applications') }}

),

parents as (

    select * from {{ ref('fct_invoices') }}

),

known_payments as (

    select source_system, source_account, source_payment_id from {{ ref('cdm_payments') }}

),

known_credit_notes as (

    select source_system, source_account, source_credit_note_id from {{ ref('cdm_credit_notes') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'document_applications'

),

placed as (

    select
        document_applications.*,
        parents.invoice_key as parent_key,
        coalesce(parents.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(parents.is_legal_entity_resolved, false) as is_legal_entity_resolved,
        parents.functional_currency as books_currency,
        coalesce(parents.time_zone, 'UTC') as time_zone

    from document_applications

    left join parents
        on document_applications.source_system = parents.source_system
        and document_applications.source_account = parents.source_account
        and document_applications.source_invoice_id = parents.source_invoice_id

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
    {{ source_key('priced', 'document_application') }} as document_application_key,
    priced.parent_key as invoice_key,
    {{ source_key('known_payments', 'payment') }} as payment_key,
    {{ source_key('known_credit_notes', 'credit_note') }} as credit_note_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_document_application_id,
    priced.source_invoice_id,
    priced.source_payment_id,
    priced.source_credit_note_id,
    priced.reverses_source_document_application_id,

    -- attributes
    priced.application_kind,
    priced.is_reversal,
    priced.currency,
    priced.source_invoice_id is null or priced.parent_key is not null as is_invoice_resolved,
    priced.source_payment_id is null
    or known_payments.source_payment_id is not null as is_payment_resolved,
    priced.source_credit_note_id is null
    or known_credit_notes.source_credit_note_id is not null as is_credit_note_resolved,
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
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join first_recorded
    on {{ source_key('priced', 'document_application') }} = first_recorded.record_key

left join known_payments
    on priced.source_system = known_payments.source_system
    and priced.source_account = known_payments.source_account
    and priced.source_payment_id = known_payments.source_payment_id

left join known_credit_notes
    on priced.source_system = known_credit_notes.source_system
    and priced.source_account = known_credit_notes.source_account
    and priced.source_credit_note_id = known_credit_notes.source_credit_note_id
