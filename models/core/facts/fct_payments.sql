{#- Grain: one payment of one source system. -#}
with

payments as (

    select * from {{ ref('cdm_payments') }}

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

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'payments'

),

returned as (

    -- A failed or cancelled refund gave the money back to us: it returns nothing to the customer.
    select
        source_system,
        source_account,
        source_payment_id,
        currency,
        {{ sum_amount('refund_amount') }} as refunded_amount

    from {{ ref('cdm_refunds') }}

    where refund_status in ('succeeded', 'pending')

    group by source_system, source_account, source_payment_id, currency

),

lost as (

    select
        source_system,
        source_account,
        source_payment_id,
        currency,
        {{ sum_amount('disputed_amount') }} as lost_amount

    from {{ ref('cdm_disputes') }}

    where dispute_status = 'lost' and source_payment_id is not null

    group by source_system, source_account, source_payment_id, currency

),

applied as (

    select
        source_system,
        source_account,
        source_payment_id,
        currency,
        {{ sum_amount('applied_amount') }} as applied_amount

    from {{ ref('cdm_document_applications') }}

    where source_payment_id is not null

    group by source_system, source_account, source_payment_id, currency

),

placed as (

    select
        payments.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from payments

    left join source_entities
        on payments.source_system = source_entities.source_system
        and payments.source_account = source_entities.source_account
        and coalesce(payments.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.authorised', 'placed.time_zone') }} as authorised_business_on,
        {{ business_date('placed.paid', 'placed.time_zone') }} as paid_business_on

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
        and dated.paid_business_on >= functional_rates.valid_from_on
        and dated.paid_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.paid_business_on >= reporting_rates.valid_from_on
        and dated.paid_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'payment') }} as payment_key,
    customer_ids.customer_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_payment_id,
    priced.source_entity_id,
    priced.source_customer_id,
    priced.source_payment_intent_id,

    -- attributes
    priced.payment_channel,
    priced.processor_reference,
    priced.remittance_reference,
    priced.payment_method_kind,
    priced.payment_status,
    priced.is_captured,
    priced.currency,
    priced.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.payment_amount,
    cast(coalesce(returned.refunded_amount, 0) as decimal(18, 4)) as refunded_amount,
    cast(coalesce(lost.lost_amount, 0) as decimal(18, 4)) as lost_dispute_amount,
    cast(coalesce(applied.applied_amount, 0) as decimal(18, 4)) as applied_amount,
    case
        when priced.payment_status = 'succeeded'
            then cast(
                priced.payment_amount - coalesce(returned.refunded_amount, 0) - coalesce(lost.lost_amount, 0)
                as decimal(18, 4)
            )
        else cast(0 as decimal(18, 4))
    end as kept_amount,
    {{ convert_amount('priced.payment_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as payment_amount_functional,
    {{ convert_amount('priced.payment_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as payment_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.authorised_at,
    priced.authorised_business_on as authorised_on,
    priced.paid_at,
    priced.paid_business_on as paid_on,
    {{ month_of('priced.paid_business_on') }} as period_month,
    priced.time_zone,
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join customer_ids
    on priced.source_system = customer_ids.source_system
    and priced.source_account = customer_ids.source_account
    and priced.source_customer_id = customer_ids.source_customer_id

left join first_recorded
    on {{ source_key('priced', 'payment') }} = first_recorded.record_key

left join returned
    on priced.source_system = returned.source_system
    and priced.source_account = returned.source_account
    and priced.source_payment_id = returned.source_payment_id
    and priced.currency = returned.currency

left join lost
    on priced.source_system = lost.source_system
    and priced.source_account = lost.source_account
    and priced.source_payment_id = lost.source_payment_id
    and priced.currency = lost.currency

left join applied
    on priced.source_system = applied.source_system
    and priced.source_account = applied.source_account
    and priced.source_payment_id = applied.source_payment_id
    and priced.currency = applied.currency
