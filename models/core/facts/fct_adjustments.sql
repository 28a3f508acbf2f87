{#- Grain: one adjustment of one source system. -#}
with

adjustments as (

    select * from {{ ref('cdm_adjustments') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

known_invoices as (

    select source_system, source_account, source_invoice_id from {{ ref('cdm_invoices') }}

),

known_credit_notes as (

    select source_system, source_account, source_credit_note_id from {{ ref('cdm_credit_notes') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

placed as (

    select
        adjustments.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from adjustments

    left join source_entities
        on adjustments.source_system = source_entities.source_system
        and adjustments.source_account = source_entities.source_account
        and coalesce(adjustments.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.adjusted', 'placed.time_zone') }} as adjusted_business_on

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
        and dated.adjusted_business_on >= functional_rates.valid_from_on
        and dated.adjusted_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.adjusted_business_on >= reporting_rates.valid_from_on
        and dated.adjusted_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'adjustment') }} as adjustment_key,
    {{ source_key('known_invoices', 'invoice') }} as invoice_key,
    {{ source_key('known_credit_notes', 'credit_note') }} as credit_note_key,
    customer_ids.customer_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_adjustment_id,
    priced.source_entity_id,
    priced.source_customer_id,
    priced.source_invoice_id,
    priced.source_credit_note_id,

    -- attributes
    priced.adjustment_kind,
    priced.reason_code,
    priced.created_by,
    priced.currency,
    priced.source_invoice_id is null
    or known_invoices.source_invoice_id is not null as is_invoice_resolved,
    priced.source_credit_note_id is null
    or known_credit_notes.source_credit_note_id is not null as is_credit_note_resolved,
    priced.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.adjustment_amount,
    {{ convert_amount('priced.adjustment_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as adjustment_amount_functional,
    {{ convert_amount(
        'priced.adjustment_amount', 'priced.reporting_rate', 'priced.reporting_units'
    ) }} as adjustment_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.adjusted_at,
    priced.adjusted_business_on as adjusted_on,
    {{ month_of('priced.adjusted_business_on') }} as period_month,
    priced.time_zone,
    priced.recorded_at

from priced

left join customer_ids
    on priced.source_system = customer_ids.source_system
    and priced.source_account = customer_ids.source_account
    and priced.source_customer_id = customer_ids.source_customer_id

left join known_invoices
    on priced.source_system = known_invoices.source_system
    and priced.source_account = known_invoices.source_account
    and priced.source_invoice_id = known_invoices.source_invoice_id

left join known_credit_notes
    on priced.source_system = known_credit_notes.source_system
    and priced.source_account = known_credit_notes.source_account
    and priced.source_credit_note_id = known_credit_notes.source_credit_note_id
