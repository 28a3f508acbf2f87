{#-
    What people decided, as they wrote it down: for each table of the source `actions` the file
    `<ACTIONS_ROOT>/<table>.csv`. The YAML of the source is the only definition of the columns, all
    of them text, with the row's place in the file (the header is row 1). No file is an empty table.

    What cannot be read stops the run before anything is built. What can be read and does not count
    is shown in recon_rejected_actions and exception_rejected_actions.
-#}
{% macro land_actions() %}
    {{- return(adapter.dispatch('land_actions')()) -}}
{% endmacro %}


{#- On a warehouse that a connector loads, the table is there already. -#}
{% macro default__land_actions() %}{% endmacro %}


{% macro duckdb__land_actions() %}
    {#- Hooks are rendered while dbt parses, too: nothing may happen then. -#}
    {% if execute %}
        {% for table in graph.sources.values() if table.source_name == 'actions' %}
            {% set file = actions_root() ~ '/' ~ table.name ~ '.csv' %}
            {% set relation = api.Relation.create(
                database=table.database, schema=table.schema, identifier=table.identifier
            ) %}
            {% set columns = table.columns.keys() | reject('equalto', 'row_number') | list %}
            {% do run_query('create schema if not exists ' ~ relation.without_identifier()) %}
            {% set found = run_query('select file from glob(' ~ sql_text(file) ~ ')') %}
            {% if found | length == 0 %}
                {% do run_query(no_actions(relation, columns)) %}
            {% else %}
                {% do run_query(read_actions(relation, file, columns, actions_header(file, columns))) %}
                {% do raise_unreadable_actions(relation, file) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}


{#- Relative to the folder dbt works in, as the warehouse's own path in the profile. -#}
{% macro actions_root() %}
    {% set beside_warehouse = env_var('WAREHOUSE_ROOT', 'warehouse') ~ '/actions' %}
    {{ return((env_var('ACTIONS_ROOT', '') or beside_warehouse).rstrip('/')) }}
{% endmacro %}


{% macro no_actions(relation, columns) %}
create or replace table {{ relation }} (row_number bigint
    {%- for name in columns %}, {{ name }} varchar{% endfor %})
{% endmacro %}


{#- The names of the header line, in its order; stops where one is missing or there twice. -#}
{% macro actions_header(file, columns) %}
    {% set lines = run_query('select content from read_text(' ~ sql_text(file) ~ ')') %}
    {% set content = lines.columns[0].values()[0] or '' %}
    {% set first = content.replace('\ufeff', '').split('\n')[0].replace('\r', '') %}
    {% set names = [] %}
    {% for cell in first.split(',') %}
        {% do names.append(cell.strip().strip('"').strip() | lower) %}
    {% endfor %}
    {% for name in columns %}
        {% if names | select('equalto', name) | list | length != 1 %}
            {% do exceptions.raise_compiler_error(
                file ~ ', row 1: the column ' ~ name ~ ' is '
                ~ ('missing' if name not in names else 'there more than once')
                ~ '. The header line is: ' ~ first[:400]
                ~ '\nNothing was built. Its columns are ' ~ columns | join(',')
            ) %}
        {% endif %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}


{#- Lines that have another number of cells are collected: DuckDB would stop at the first. -#}
{% macro read_actions(relation, file, columns, header) %}
drop table if exists actions_reject_scans;
drop table if exists actions_reject_errors;

create or replace table {{ relation }} as
select
    1 + row_number() over () as row_number
    {%- for name in columns %},
    {{ to_text('c' ~ header.index(name)) }} as {{ name }}
    {%- endfor %}
from read_csv(
    {{ sql_text(file) }}, auto_detect = false, header = true, delim = ',', quote = '"',
    escape = '"', nullstr = '', strict_mode = true, store_rejects = true,
    rejects_scan = 'actions_reject_scans', rejects_table = 'actions_reject_errors',
    columns = { {%- for name in header -%}
        'c{{ loop.index0 }}': 'VARCHAR'{{ ', ' if not loop.last }}
    {%- endfor -%} }
)
{% endmacro %}


{#- A cell that is not blank and is no instant and no date. -#}
{% macro is_unreadable_instant(cell) -%}
    {{ cell }} is not null
    and {{ to_utc(cell) }} is null
    and {{ to_bare_date(cell) }} is null
{%- endmacro %}


{% macro raise_unreadable_actions(relation, file) %}
    {% set problems %}
        select distinct line as place, 'line ' || line || ': ' || error_type::varchar as problem
        from actions_reject_errors
        union all
        select row_number, 'row ' || row_number || ', column action_id: it is empty'
        from {{ relation }} where action_id is null
        union all
        select
            max(row_number),
            'row ' || max(row_number) || ', column action_id: ' || action_id
            || ' is in row ' || min(row_number) || ' already; rows are added, never changed'
        from {{ relation }} where action_id is not null group by action_id having count(*) > 1
        {% for name in ['effective_at', 'expires_at'] %}
        union all
        select
            row_number,
            'row ' || row_number || ', column {{ name }}: ' || {{ name }}
            || ' is no date or instant, such as 2026-03-31 or 2026-03-31 17:00:00'
        from {{ relation }} where {{ is_unreadable_instant(name) }}
        {% endfor %}
        order by all
    {% endset %}
    {% set found = run_query(problems).rows %}
    {% if found | length > 0 %}
        {% set lines = [] %}
        {% for row in found[:20] %}
            {% do lines.append('  ' ~ row['problem']) %}
        {% endfor %}
        {% do exceptions.raise_compiler_error(
            file ~ ' cannot be read: ' ~ found | length ~ ' problem' ~ ('s' if found | length > 1)
            ~ '. Nothing was built.\n' ~ lines | join('\n')
        ) %}
    {% endif %}
{% endmacro %}
