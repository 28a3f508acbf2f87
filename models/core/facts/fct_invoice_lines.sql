{#- Grain: one invoice line of one source system. -#}
with

invoice_lines as (

    select * from {{ ref('cdm_invoice_lines') }}

),

parents as (

    select * from {{ ref('fct_invoices') }}

),

known_products as (

    select source_system, source_account, source_product_id from {{ ref('cdm_products') }}

),

known_prices as (

    select source_system, source_account, source_price_id from {{ ref('cdm_prices') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'invoice_lines'

),

placed as (

    select
        invoice_lines.*,
        parents.invoice_key as parent_key,
        coalesce(parents.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(parents.is_legal_entity_resolved, false) as is_legal_entity_resolved,
        parents.functional_currency as books_currency,
        coalesce(parents.time_zone, 'UTC') as time_zone,
        parents.issued_on as parent_event_on,
        parents.period_month as parent_period_month

    from invoice_lines

    left join parents
        on invoice_lines.source_system = parents.source_system
        and invoice_lines.source_account = parents.source_account
        and invoice_lines.source_invoice_id = parents.source_invoice_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.service_starts', 'placed.time_zone') }}
            as service_starts_business_on,
        {{ business_date('placed.service_ends', 'placed.time_zone') }} as service_ends_business_on

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
        and dated.parent_event_on >= functional_rates.valid_from_on
        and dated.parent_event_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on dated.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and dated.parent_event_on >= reporting_rates.valid_from_on
        and dated.parent_event_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'invoice_line') }} as invoice_line_key,
    priced.parent_key as invoice_key,
    {{ source_key('known_products', 'product') }} as product_key,
    {{ source_key('known_prices', 'price') }} as price_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_invoice_line_id,
    priced.source_invoice_id,
    priced.source_product_id,
    priced.source_price_id,
    priced.source_subscription_id,
    priced.source_subscription_item_id,

    -- attributes
    priced.line_number,
    priced.line_kind,
    priced.is_proration,
    priced.line_description,
    priced.currency,
    priced.source_invoice_id is null or priced.parent_key is not null as is_invoice_resolved,
    priced.source_product_id is null
    or known_products.source_product_id is not null as is_product_resolved,
    priced.source_price_id is null or known_prices.source_price_id is not null as is_price_resolved,
    priced.is_legal_entity_resolved,
    priced.books_currency as functional_currency,

    -- measures
    priced.quantity,
    priced.unit_price,
    priced.line_amount,
    priced.discount_amount,
    priced.tax_amount,
    priced.rounding_residual_amount,
    {{ convert_amount('priced.line_amount', 'priced.fx_rate', 'priced.functional_units') }}
        as line_amount_functional,
    {{ convert_amount('priced.line_amount', 'priced.reporting_rate', 'priced.reporting_units') }}
        as line_amount_reporting,
    priced.fx_rate,
    priced.fx_rate_type,
    priced.fx_rate_on,

    -- times
    priced.service_starts_at,
    priced.service_starts_business_on as service_starts_on,
    priced.service_ends_at,
    priced.service_ends_business_on as service_ends_on,
    {{ month_of('priced.parent_event_on') }} as period_month,
    priced.time_zone,
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join first_recorded
    on {{ source_key('priced', 'invoice_line') }} = first_recorded.record_key

left join known_products
    on priced.source_system = known_products.source_system
    and priced.source_account = known_products.source_account
    and priced.source_product_id = known_products.source_product_id

left join known_prices
    on priced.source_system = known_prices.source_system
    and priced.source_account = known_prices.source_account
    and priced.source_price_id = known_prices.source_price_id
