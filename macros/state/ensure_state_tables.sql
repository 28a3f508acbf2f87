{#- Makes the tables of state.duckdb that are missing, empty and typed (on-run-start), so that a
    bare `dbt build` works on a new clone. No model owns them: the runner appends to them. -#}
{% macro ensure_state_tables() -%}
    {% do ensure_source_tables('state') %}
{%- endmacro %}

{#- The same for what the Polars checks write: a check that did not run leaves no row in
    check_runs, and its findings are then "not run", never zero. -#}
{% macro ensure_check_tables() -%}
    {% do ensure_source_tables('checks') %}
{%- endmacro %}
