{#- Grain: one credit note line of one source system. -#}
with

credit_note_lines as (

    select * from {{ ref('cdm_credit_note_lines') }}

),

parents as (

    select * from {{ ref('fct_credit_notes') }}

),

known_invoice_lines as (

    select source_system, source_account, source_invoice_line_id from {{ ref('cdm_invoice_lines') }}

),

known_products as (

    select source_system, source_account, source_product_id from {{ ref('cdm_products') }}

),

currency_rates as (

    select * from {{ ref('int_currency_rates') }}

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity = 'credit_note_lines'

),

placed as (

    select
        credit_note_lines.*,
        parents.credit_note_key as parent_key,
        coalesce(parents.legal_entity_code, 'unassigned') as legal_entity_code,
        coalesce(parents.is_legal_entity_resolved, false) as is_legal_entity_resolved,
        parents.functional_currency as books_currency,
        coalesce(parents.time_zone, 'UTC') as time_zone,
        parents.issued_on as parent_event_on,
        parents.period_month as parent_period_month

    from credit_note_lines

    left join parents
        on credit_note_lines.source_system = parents.source_system
        and credit_note_lines.source_account = parents.source_account
        and credit_note_lines.source_credit_note_id = parents.source_credit_note_id

),

priced as (

    select
        placed.*,
        functional_rates.exchange_rate as fx_rate,
        functional_rates.rate_on as fx_rate_on,
        functional_rates.rate_type as fx_rate_type,
        functional_rates.units_per_major as functional_units,
        reporting_rates.exchange_rate as reporting_rate,
        reporting_rates.units_per_major as reporting_units

    from placed

    left join currency_rates as functional_rates
        on placed.currency = functional_rates.from_currency
        and placed.books_currency = functional_rates.to_currency
        and functional_rates.purpose = 'functional'
        and placed.parent_event_on >= functional_rates.valid_from_on
        and placed.parent_event_on < functional_rates.valid_before_on

    left join currency_rates as reporting_rates
        on placed.currency = reporting_rates.from_currency
        and reporting_rates.to_currency = '{{ var("reporting_currency") }}'
        and reporting_rates.purpose = 'reporting_flows'
        and placed.parent_event_on >= reporting_rates.valid_from_on
        and placed.parent_event_on < reporting_rates.valid_before_on

)

select
    -- keys
    {{ source_key('priced', 'credit_note_line') }} as credit_note_line_key,
    priced.parent_key as credit_note_key,
    {{ source_key('known_invoice_lines', 'invoice_line') }} as invoice_line_key,
    {{ source_key('known_products', 'product') }} as product_key,
    priced.source_system,
    priced.source_account,
    priced.legal_entity_code,
    priced.source_credit_note_line_id,
    priced.source_credit_note_id,
    priced.source_invoice_line_id,
    priced.source_product_id,

    -- attributes
    priced.line_number,
    priced.line_description,
    priced.currency,
    priced.source_credit_note_id is null
    or priced.parent_key is not null as is_credit_note_resolved,
    priced.source_invoice_line_id is null
    or known_invoice_lines.source_invoice_line_id is not null as is_invoice_line_resolved,
    priced.source_product_id is null
    or known_products.source_product_id is not null as is_product_resolved,
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
    {{ month_of('priced.parent_event_on') }} as period_month,
    priced.time_zone,
    coalesce(priced.recorded_at, first_recorded.first_recorded_at, {{ run_started() }})
        as recorded_at

from priced

left join first_recorded
    on {{ source_key('priced', 'credit_note_line') }} = first_recorded.record_key

left join known_invoice_lines
    on priced.source_system = known_invoice_lines.source_system
    and priced.source_account = known_invoice_lines.source_account
    and priced.source_invoice_line_id = known_invoice_lines.source_invoice_line_id

left join known_products
    on priced.source_system = known_products.source_system
    and priced.source_account = known_products.source_account
    and priced.source_product_id = known_products.source_product_id
