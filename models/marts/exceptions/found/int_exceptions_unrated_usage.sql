{#- Grain: one charge and meter with usage that came and that nobody rated in time. -#}
with

unrated as (

    -- Why an unrated event may be right is decided for R10; what R10 calls a break is one already,
    -- and usage that is not rated event by event is rated otherwise.
    select * from {{ ref('int_recon_unrated_events') }}
    where out_of_scope_reason in ('not billed yet', 'nothing of its charge is billed yet')

),

usage_events as (

    select * from {{ ref('fct_usage_events') }}

),

subscription_items as (

    select * from {{ ref('fct_subscription_items') }}

),

slas as (

    select * from {{ ref('usage_slas') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

timed as (

    select
        usage_events.*,
        subscription_items.customer_key,
        cast({{ dbt.dateadd(
            'day', 'coalesce(exact.late_after_days, every.late_after_days)', 'usage_events.occurred_on'
        ) }} as date) as due_on

    from unrated

    inner join usage_events
        on unrated.usage_event_key = usage_events.usage_event_key

    -- The meter delivers the charge's id of the billing system, under an account of its own.
    left join subscription_items
        on usage_events.legal_entity_code = subscription_items.legal_entity_code
        and usage_events.source_subscription_item_id = subscription_items.source_subscription_item_id

    {{ join_usage_slas('subscription_items', 'usage_events.occurred_on') }}

),

late as (

    select
        timed.source_system,
        timed.source_account,
        timed.legal_entity_code,
        timed.source_subscription_item_id,
        timed.meter_code,
        min(timed.customer_key) as customer_key,
        min(timed.usage_event_key) as usage_event_key,
        count(*) as event_count,
        sum(timed.quantity) as quantity,
        min(timed.occurred_on) as occurred_on,
        min(timed.due_on) as due_on

    from timed

    cross join run_dates

    where timed.due_on < run_dates.as_of_date

    group by
        timed.source_system,
        timed.source_account,
        timed.legal_entity_code,
        timed.source_subscription_item_id,
        timed.meter_code

)

select
    -- keys
    'usage_unrated' as check_id,
    legal_entity_code,
    {{ joined_key([
        'source_system', 'source_account', 'source_subscription_item_id', 'meter_code',
    ]) }} as natural_key,
    customer_key,
    'fct_usage_events' as source_table,
    usage_event_key as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    cast(event_count as {{ dbt.type_string() }}) || ' events of ' || coalesce(meter_code, 'a meter')
    || ', together ' || cast(quantity as {{ dbt.type_string() }}) || ', are not rated' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('core.fct_usage_events', {
        'source_system': 'source_system', 'source_account': 'source_account',
        "coalesce(source_subscription_item_id, '')": "coalesce(source_subscription_item_id, '')",
        "coalesce(meter_code, '')": "coalesce(meter_code, '')",
    }) }}
    || ' and source_usage_event_id not in (select rated.source_usage_event_id'
    || ' from core.fct_rated_usage as rated where rated.source_usage_event_id is not null)' as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    occurred_on,
    due_on

from late
