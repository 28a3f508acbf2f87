{#- Grain: one version of an invoice over the time in which it was the one known. -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }}

),

known_versions as (

    select * from {{ ref('int_known_versions') }}
    where entity = 'invoices' and known_before_at is null

),

past_invoices as (

    {{ past_records('invoices', {
        'source_system': dbt.type_string(),
        'source_account': dbt.type_string(),
        'source_invoice_id': dbt.type_string(),
        'source_entity_id': dbt.type_string(),
        'source_customer_id': dbt.type_string(),
        'invoice_number': dbt.type_string(),
        'invoice_status': dbt.type_string(),
        'currency': dbt.type_string(),
        'total_amount': 'decimal(18, 4)',
        'created_at': 'timestamp',
        'created_on': 'date',
        'issued_at': 'timestamp',
        'issued_on': 'date',
        'due_at': 'timestamp',
        'due_on': 'date',
        'voided_at': 'timestamp',
        'voided_on': 'date',
    }) }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }} where purpose = 'functional'

),

placed as (

    select
        past_invoices.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.functional_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from past_invoices

    left join source_entities
        on past_invoices.source_system = source_entities.source_system
        and past_invoices.source_account = source_entities.source_account
        and coalesce(past_invoices.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    select
        placed.*,
        {{ business_date('placed.created', 'placed.time_zone') }} as created_business_on,
        {{ business_date('placed.issued', 'placed.time_zone') }} as issued_business_on,
        {{ business_date('placed.due', 'placed.time_zone') }} as due_business_on,
        {{ business_date('placed.voided', 'placed.time_zone') }} as voided_business_on

    from placed

),

versions as (

    select
        invoices.invoice_key,
        invoices.customer_key,
        invoices.source_system,
        invoices.legal_entity_code,
        invoices.invoice_number,
        invoices.invoice_status,
        invoices.currency,
        invoices.functional_currency,
        invoices.time_zone,
        invoices.total_amount,
        invoices.fx_rate,
        coalesce(invoices.issued_on, invoices.created_on) as issued_on,
        invoices.due_on,
        coalesce(invoices.voided_on, invoices.issued_on, invoices.created_on) as voided_on,
        invoices.voided_at,
        coalesce(known_versions.known_from_at, invoices.recorded_at) as known_from_at,
        cast(null as timestamp) as known_before_at

    from invoices

    left join known_versions
        on invoices.invoice_key = known_versions.record_key

    union all

    select
        dated.record_key as invoice_key,
        customer_ids.customer_key,
        dated.source_system,
        dated.legal_entity_code,
        dated.invoice_number,
        dated.invoice_status,
        dated.currency,
        dated.functional_currency,
        dated.time_zone,
        dated.total_amount,
        currency_rates.exchange_rate as fx_rate,
        coalesce(dated.issued_business_on, dated.created_business_on) as issued_on,
        dated.due_business_on as due_on,
        coalesce(
            dated.voided_business_on, dated.issued_business_on, dated.created_business_on
        ) as voided_on,
        dated.voided_at,
        dated.known_from_at,
        dated.known_before_at

    from dated

    left join customer_ids
        on dated.source_system = customer_ids.source_system
        and dated.source_account = customer_ids.source_account
        and dated.source_customer_id = customer_ids.source_customer_id

    left join currency_rates
        on dated.currency = currency_rates.from_currency
        and dated.functional_currency = currency_rates.to_currency
        and dated.issued_business_on >= currency_rates.valid_from_on
        and dated.issued_business_on < currency_rates.valid_before_on

)

select
    -- keys
    invoice_key,
    customer_key,
    source_system,
    legal_entity_code,

    -- attributes
    invoice_number,
    invoice_status,
    currency,
    functional_currency,
    time_zone,

    -- measures
    total_amount,
    fx_rate,

    -- times
    issued_on,
    due_on,
    voided_on,
    voided_at,
    known_from_at,
    known_before_at

from versions
