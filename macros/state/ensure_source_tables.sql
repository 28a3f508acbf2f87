{#- Makes the missing tables, and the missing columns of tables made by an older version, of a
    source of which we own the shape: its YAML (names, data types) is the only definition. -#}
{% macro ensure_source_tables(source_name) -%}
    {% if execute %}
        {% for table in graph.sources.values() if table.source_name == source_name %}
            {% do adapter.dispatch('ensure_table')(
                api.Relation.create(
                    database=table.database, schema=table.schema, identifier=table.identifier
                ),
                table.columns.values() | list,
            ) %}
        {% endfor %}
    {% endif %}
{%- endmacro %}

{% macro default__ensure_table(relation, columns) -%}
    {% do run_query('create schema if not exists ' ~ relation.without_identifier()) %}
    {% set definitions = [] %}
    {% for column in columns %}
        {% do definitions.append(column.name ~ ' ' ~ column.data_type) %}
    {% endfor %}
    {% do run_query(
        'create table if not exists ' ~ relation ~ ' (' ~ definitions | join(', ') ~ ')'
    ) %}

    {#- Not get_columns_in_relation: it leaves a transaction open, and DuckDB lets one transaction
        write to one database only, state or build. -#}
    {% set present = run_query('select * from ' ~ relation ~ ' where 1 = 0').column_names %}
    {% for column in columns if column.name not in present %}
        {% do run_query(
            'alter table ' ~ relation ~ ' add column ' ~ column.name ~ ' ' ~ column.data_type
        ) %}
    {% endfor %}
{%- endmacro %}
