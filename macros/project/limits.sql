{#- How much memory the engine may use before it spills to disk beside the build: DUCKDB_MEMORY_LIMIT,
    as 5GB; without it DuckDB's own default, four fifths of the machine. -#}
{% macro limit_memory() %}
    {{- return(adapter.dispatch('limit_memory')()) -}}
{% endmacro %}

{% macro default__limit_memory() %}{% endmacro %}

{% macro duckdb__limit_memory() %}
    {% if execute and env_var('DUCKDB_MEMORY_LIMIT', '') %}
        {% do run_query("set memory_limit = '" ~ env_var('DUCKDB_MEMORY_LIMIT') ~ "'") %}
    {% endif %}
{% endmacro %}
