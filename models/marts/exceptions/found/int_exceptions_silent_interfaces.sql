{#- Grain: one interface of one legal entity that has sent nothing for longer than it may. -#}
with

last_messages as (

    -- An interface that never sent anything cannot be told from one that does not exist.
    select
        interface_code,
        legal_entity_code,
        max(coalesce(attempted_on, created_on)) as last_on

    from {{ ref('fct_sync_messages') }}

    where interface_code is not null

    group by interface_code, legal_entity_code

),

slas as (

    select * from {{ ref('integration_slas') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

allowed as (

    select
        last_messages.*,
        run_dates.as_of_date,
        coalesce(exact.silent_days, named.silent_days, every.silent_days) as silent_days

    from last_messages

    cross join run_dates

    {{ join_interface_slas('last_messages', 'run_dates.as_of_date') }}

),

silent as (

    select
        allowed.*,
        cast({{ dbt.dateadd('day', 'allowed.silent_days', 'allowed.last_on') }} as date) as speak_by_on

    from allowed

)

select
    -- keys
    'interface_silent' as check_id,
    legal_entity_code,
    interface_code as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_sync_messages' as source_table,
    interface_code as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    interface_code || ': nothing since ' || cast(last_on as {{ dbt.type_string() }}) || ', allowed are '
    || cast(silent_days as {{ dbt.type_string() }}) || ' days' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('core.fct_sync_messages', {
        'interface_code': 'interface_code', 'legal_entity_code': 'legal_entity_code',
    }) }} || ' order by attempted_at desc' as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    speak_by_on as occurred_on,
    cast(null as date) as due_on

from silent

where speak_by_on < as_of_date
