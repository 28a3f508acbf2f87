{#- Grain: one row of a source that could not be used; of rows without an id, one file and reason. -#}
with

quarantined_rows as (

    select
        *,
        case when source_row_id is null then source_file end as file_key,
        case when source_row_id is null then disposition_reason end as reason_key

    from {{ ref('fct_quarantined_rows') }}

),

entity_map as (

    -- An account of several legal entities says nothing about one row.
    select
        source_system,
        source_account,
        min(legal_entity_code) as legal_entity_code

    from {{ ref('legal_entity_map') }}

    group by source_system, source_account

    having count(distinct legal_entity_code) = 1

),

gathered as (

    -- The same row may come in several extracts; its place in a file is no name.
    select
        source_system,
        source_account,
        raw_table,
        source_row_id,
        file_key,
        reason_key,
        min(disposition_reason) as disposition_reason,
        count(*) as row_count

    from quarantined_rows

    group by source_system, source_account, raw_table, source_row_id, file_key, reason_key

)

select
    -- keys
    'quarantined_row' as check_id,
    coalesce(entity_map.legal_entity_code, 'unassigned') as legal_entity_code,
    {{ joined_key([
        'gathered.source_system', 'gathered.source_account', 'gathered.raw_table',
        'gathered.source_row_id', 'gathered.file_key', 'gathered.reason_key',
    ]) }} as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_quarantined_rows' as source_table,
    coalesce(gathered.source_row_id, gathered.file_key) as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    cast(null as {{ dbt.type_string() }}) as cause_code,
    gathered.source_system || ' ' || gathered.raw_table || ' '
    || coalesce(gathered.source_row_id, gathered.file_key) || ': ' || gathered.disposition_reason
    || ' (' || cast(gathered.row_count as {{ dbt.type_string() }}) || ' times)' as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    case
        when gathered.source_row_id is null
            then {{ drill_down('core.fct_quarantined_rows', {
                'source_system': 'gathered.source_system', 'raw_table': 'gathered.raw_table',
                'source_file': 'gathered.file_key', 'disposition_reason': 'gathered.reason_key',
            }) }}
        else {{ drill_down('core.fct_quarantined_rows', {
            'source_system': 'gathered.source_system', 'source_account': 'gathered.source_account',
            'raw_table': 'gathered.raw_table', 'source_row_id': 'gathered.source_row_id',
        }) }}
    end as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    cast(null as date) as occurred_on,
    cast(null as date) as due_on

from gathered

left join entity_map
    on gathered.source_system = entity_map.source_system
    and gathered.source_account = entity_map.source_account
