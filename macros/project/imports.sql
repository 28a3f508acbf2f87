{#- An import (`name as (select * from a table)`) is read where it is used. DuckDB writes a step that is
    named twice into memory first, as a whole, and keeps filters and joins from reaching the table:
    over a million invoices all legs took 9 seconds of processor time instead of 17. DuckDB keeps the words
    of a view without this: who opens the file again reads its views the slower way. -#}
{% macro duckdb__imports_in_place(code) -%}
    {{ return(modules.re.sub(
        '(\\w+) as \\((\\s+select \\* from [\\w".]+(?:\\s+where [^()]*)?\\s+\\))',
        '\\1 as not materialized (\\2',
        code
    )) }}
{%- endmacro %}

{#- The two places in which dbt hands a model's code to DuckDB: tables of a contract, and views. -#}
{% macro duckdb__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ duckdb__imports_in_place(sql) }}
    ) as model_subq
{%- endmacro %}

{% macro duckdb__create_view_as(relation, sql) %}
    {% if config.get('contract').enforced %}
        {{ get_assert_columns_equivalent(sql) }}
    {%- endif %}
    create view {{ relation }} as (
        {{ duckdb__imports_in_place(sql) }}
    );
{%- endmacro %}
