{#- Grain: one charge, meter and currency with ratings that stand on no invoice line in time. -#}
with

unbilled as (

    select * from {{ ref('fct_rated_usage') }} where invoice_line_key is null

),

broken as (

    -- What reconciliation calls a break is one already; a rating may be a leg of several.
    select distinct source_key as rated_usage_key

    from {{ ref('recon_break_legs') }}

    where source_table = 'fct_rated_usage'

),

subscription_items as (

    select * from {{ ref('fct_subscription_items') }}

),

slas as (

    select * from {{ ref('usage_slas') }}

),

exchange_rates as (

    select * from {{ ref('dim_exchange_rates') }}
    where to_currency = '{{ var("reporting_currency") }}' and purpose = 'reporting_flows'

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

timed as (

    select
        unbilled.*,
        subscription_items.customer_key,
        {{ convert_amount(
            'unbilled.rated_amount', 'exchange_rates.exchange_rate', 'exchange_rates.units_per_major'
        ) }} as rated_amount_reporting,
        cast({{ dbt.dateadd(
            'day', 'coalesce(exact.late_after_days, every.late_after_days)', 'unbilled.rated_on'
        ) }} as date) as due_on

    from unbilled

    left join broken
        on unbilled.rated_usage_key = broken.rated_usage_key

    left join subscription_items
        on unbilled.legal_entity_code = subscription_items.legal_entity_code
        and unbilled.source_subscription_item_id = subscription_items.source_subscription_item_id

    {{ join_usage_slas('subscription_items', 'unbilled.rated_on') }}

    left join exchange_rates
        on unbilled.currency = exchange_rates.from_currency
        and unbilled.rated_on >= exchange_rates.valid_from_on
        and unbilled.rated_on < exchange_rates.valid_before_on

    where broken.rated_usage_key is null

),

late as (

    select
        timed.source_system,
        timed.source_account,
        timed.legal_entity_code,
        timed.source_subscription_item_id,
        timed.meter_code,
        timed.currency,
        min(timed.customer_key) as customer_key,
        min(timed.rated_usage_key) as rated_usage_key,
        count(*) as rating_count,
        {{ sum_amount('timed.rated_amount') }} as rated_amount,
        -- One rating without a rate leaves the sum unknown.
        case
            when count(timed.rated_amount_reporting) = count(timed.rated_amount)
                then {{ sum_amount('timed.rated_amount_reporting') }}
        end as rated_amount_reporting,
        min(timed.rated_on) as occurred_on,
        min(timed.due_on) as due_on

    from timed

    cross join run_dates

    where timed.due_on < run_dates.as_of_date

    group by
        timed.source_system,
        timed.source_account,
        timed.legal_entity_code,
        timed.source_subscription_item_id,
        timed.meter_code,
        timed.currency

)

select
    -- keys
    'usage_unbilled' as check_id,
    legal_entity_code,
    {{ joined_key([
        'source_system', 'source_account', 'source_subscription_item_id', 'meter_code', 'currency',
    ]) }} as natural_key,
    customer_key,
    'fct_rated_usage' as source_table,
    rated_usage_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    cast(rating_count as {{ dbt.type_string() }}) || ' ratings of ' || coalesce(meter_code, 'a meter')
    || ', together ' || cast(rated_amount as {{ dbt.type_string() }}) || ' ' || coalesce(currency, '')
    || ', are on no invoice' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('core.fct_rated_usage', {
        'source_system': 'source_system', 'source_account': 'source_account',
        "coalesce(source_subscription_item_id, '')": "coalesce(source_subscription_item_id, '')",
        "coalesce(meter_code, '')": "coalesce(meter_code, '')",
        "coalesce(currency, '')": "coalesce(currency, '')",
    }) }} || ' and invoice_line_key is null' as drill_sql,

    -- measures
    rated_amount_reporting as amount_at_risk_reporting,

    -- times
    occurred_on,
    due_on

from late
