{#- Grain: one invoice of one source system. -#}
with

invoices as (

    select * from {{ ref('cdm_invoices') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

known_subscriptions as (

    select source_system, source_account, source_subscription_id from {{ ref('cdm_subscriptions') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'invoices'

),

applied as (

    -- Summed before the join: two part-payments may not multiply an invoice.
    select
        source_system,
        source_account,
        source_invoice_id,
        currency,
        {{ sum_amount("case when application_kind = 'payment' then applied_amount end") }}
            as paid_amount,
        {{ sum_amount("case when application_kind = 'credit_note' then applied_amount end") }}
            as credited_amount,
        {{ sum_amount("case when application_kind = 'write_off' then applied_amount end") }}
            as written_off_amount,
        {{ sum_amount(
            "case when application_kind not in ('payment', 'credit_note', 'write_off') then applied_amount end"
        ) }}
            as otherwise_settled_amount

    from {{ ref('cdm_document_applications') }}

    group by source_system, source_account, source_invoice_id, currency

),

written_off as (

    select
        source_system,
        source_account,
        source_invoice_id,
        currency,
        {{ sum_amount("case when adjustment_kind = 'write_off' then adjustment_amount else -adjustment_amount end") }}
            as written_off_amount

    from {{ ref('cdm_adjustments') }}

    where adjustment_kind in ('write_off', 'write_off_reversal') and source_invoice_id is not null

    group by source_system, source_account, source_invoice_id, currency

),

placed as (

    select
        invoices.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from invoices

    left join source_entities
        on invoices.source_system = source_entities.source_system
        and invoices.source_account = source_entities.source_account
        and coalesce(invoices.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.created', 'placed.time_zone') }} as created_business_on,
        {{ business_date('placed.issued', 'placed.time_zone') }} as issued_business_on,
        {{ business_date('placed.due', 'placed.time_zone') }} as due_business_on,
        {{ business_date('placed.paid', 'placed.time_zone') }} as paid_business_on,
        {{ business_date('placed.voided', 'placed.time_zone') }} as voided_business_on,
        {{ business_date('placed.written_off', 'placed.time_zone') }} as written_off_business_on

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
        and dated.issued_business_on >= functional_rates.valid_from_on
        and dated.issued_business_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.issued_business_on >= reporting_rates.valid_from_on
        and dated.issued_business_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'invoice') }} as invoice_key,
    {{ source_key('known_subscriptions', 'subscription') }} as subscription_key,
    customer_ids.customer_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_invoice_id,
    priced.source_entity_id,
    priced.source_customer_id,
    priced.source_subscription_id,
    priced.source_billing_run_id,

    -- attributes
    priced.invoice_number,
    priced.invoice_status,
    priced.billing_reason,
    priced.is_negative_document,
    priced.currency,
    priced.source_subscription_id is null
    or known_subscriptions.source_subscription_id is not null as is_subscription_resolved,
    priced.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.subtotal_amount,
    priced.discount_amount,
    priced.tax_amount,
    priced.total_amount,
    priced.source_paid_amount,
    priced.source_due_amount,
    cast(coalesce(applied.paid_amount, 0) as decimal(18, 4)) as paid_amount,
    cast(coalesce(applied.credited_amount, 0) as decimal(18, 4)) as credited_amount,
    cast(coalesce(applied.otherwise_settled_amount, 0) as decimal(18, 4))
        as otherwise_settled_amount,
    cast(coalesce(written_off.written_off_amount, applied.written_off_amount, 0) as decimal(18, 4))
        as written_off_amount,
    case
        when priced.invoice_status in ('draft', 'void') then cast(0 as decimal(18, 4))
        else cast(
            priced.total_amount - coalesce(applied.paid_amount, 0) - coalesce(applied.credited_amount, 0)
            - coalesce(applied.otherwise_settled_amount, 0)
            -- A write-off may be told as an adjustment, as an application or as both: once is enough.
            - coalesce(written_off.written_off_amount, applied.written_off_amount, 0)
            as decimal(18, 4)
        )
    end as open_amount,
    {{ convert_amount('priced.total_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as total_amount_functional,
    {{ convert_amount('priced.total_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as total_amount_reporting,
    {{ convert_amount('priced.tax_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as tax_amount_functional,
    {{ convert_amount('priced.tax_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as tax_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.created_at,
    priced.created_business_on as created_on,
    priced.issued_at,
    priced.issued_business_on as issued_on,
    priced.due_at,
    priced.due_business_on as due_on,
    priced.paid_at,
    priced.paid_business_on as paid_on,
    priced.voided_at,
    priced.voided_business_on as voided_on,
    priced.written_off_at,
    priced.written_off_business_on as written_off_on,
    {{ month_of('priced.issued_business_on') }} as period_month,
    priced.time_zone,
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join customer_ids
    on priced.source_system = customer_ids.source_system
    and priced.source_account = customer_ids.source_account
    and priced.source_customer_id = customer_ids.source_customer_id

left join first_recorded
    on {{ source_key('priced', 'invoice') }} = first_recorded.record_key

left join known_subscriptions
    on priced.source_system = known_subscriptions.source_system
    and priced.source_account = known_subscriptions.source_account
    and priced.source_subscription_id = known_subscriptions.source_subscription_id

left join applied
    on priced.source_system = applied.source_system
    and priced.source_account = applied.source_account
    and priced.source_invoice_id = applied.source_invoice_id
    -- What was paid in another currency is not taken off this one.
    and priced.currency = applied.currency

left join written_off
    on priced.source_system = written_off.source_system
    and priced.source_account = written_off.source_account
    and priced.source_invoice_id = written_off.source_invoice_id
    and priced.currency = written_off.currency
