{#- Grain: one payout line of one source system. -#}
with

payout_lines as (

    select * from {{ ref('cdm_payout_lines') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

known_payouts as (

    select source_system, source_account, source_payout_id from {{ ref('cdm_payouts') }}

),

known_payments as (

    select source_system, source_account, source_payment_id from {{ ref('cdm_payments') }}

),

known_refunds as (

    select source_system, source_account, source_refund_id from {{ ref('cdm_refunds') }}

),

known_disputes as (

    select source_system, source_account, source_dispute_id from {{ ref('cdm_disputes') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

placed as (

    select
        payout_lines.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from payout_lines

    left join source_entities
        on payout_lines.source_system = source_entities.source_system
        and payout_lines.source_account = source_entities.source_account
        and coalesce(payout_lines.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.created', 'placed.time_zone') }} as created_business_on,
        {{ business_date('placed.available', 'placed.time_zone') }} as available_business_on

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
        and dated.created_business_on >= functional_rates.valid_from_on
        and dated.created_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.created_business_on >= reporting_rates.valid_from_on
        and dated.created_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'payout_line') }} as payout_line_key,
    {{ source_key('known_payouts', 'payout') }} as payout_key,
    {{ source_key('known_payments', 'payment') }} as payment_key,
    {{ source_key('known_refunds', 'refund') }} as refund_key,
    {{ source_key('known_disputes', 'dispute') }} as dispute_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_payout_line_id,
    priced.source_entity_id,
    priced.source_payout_id,
    priced.source_payment_id,
    priced.source_refund_id,
    priced.source_dispute_id,
    priced.source_object_id,

    -- attributes
    priced.line_kind,
    priced.reporting_category,
    priced.line_status,
    priced.currency,
    priced.source_payout_id is null
    or known_payouts.source_payout_id is not null as is_payout_resolved,
    priced.source_payment_id is null
    or known_payments.source_payment_id is not null as is_payment_resolved,
    priced.source_refund_id is null
    or known_refunds.source_refund_id is not null as is_refund_resolved,
    priced.source_dispute_id is null
    or known_disputes.source_dispute_id is not null as is_dispute_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.gross_amount,
    priced.fee_amount,
    priced.net_amount,
    priced.exchange_rate,
    {{ convert_amount('priced.gross_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as gross_amount_functional,
    {{ convert_amount('priced.gross_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as gross_amount_reporting,
    {{ convert_amount('priced.fee_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as fee_amount_functional,
    {{ convert_amount('priced.fee_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as fee_amount_reporting,
    {{ convert_amount('priced.net_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as net_amount_functional,
    {{ convert_amount('priced.net_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as net_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.created_at,
    priced.created_business_on as created_on,
    priced.available_at,
    priced.available_business_on as available_on,
    {{ month_of('priced.created_business_on') }} as period_month,
    priced.time_zone,
    priced.recorded_at

from priced

left join known_payouts
    on priced.source_system = known_payouts.source_system
    and priced.source_account = known_payouts.source_account
    and priced.source_payout_id = known_payouts.source_payout_id

left join known_payments
    on priced.source_system = known_payments.source_system
    and priced.source_account = known_payments.source_account
    and priced.source_payment_id = known_payments.source_payment_id

left join known_refunds
    on priced.source_system = known_refunds.source_system
    and priced.source_account = known_refunds.source_account
    and priced.source_refund_id = known_refunds.source_refund_id

left join known_disputes
    on priced.source_system = known_disputes.source_system
    and priced.source_account = known_disputes.source_account
    and priced.source_dispute_id = known_disputes.source_dispute_id
