{#- What differs between engines when text is read. -#}

{% macro matches_pattern(expression, pattern) -%}
    {{ return(adapter.dispatch('matches_pattern')(expression, pattern)) }}
{%- endmacro %}
{% macro default__matches_pattern(expression, pattern) -%}
    {{ expression }} rlike '{{ pattern }}'
{%- endmacro %}
{% macro duckdb__matches_pattern(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{#- The typed value, or null where the text does not read as one. -#}
{% macro try_to_type(expression, data_type) -%}
    try_cast({{ expression }} as {{ data_type }})
{%- endmacro %}

{% macro try_to_utc(expression) -%}
    {{ return(adapter.dispatch('try_to_utc')(expression)) }}
{%- endmacro %}
{% macro default__try_to_utc(expression) -%}
    cast(try_cast({{ expression }} as timestamp) as timestamp)
{%- endmacro %}
{#- The session's zone is UTC (profiles.yml), so text without an offset is read as UTC. -#}
{% macro duckdb__try_to_utc(expression) -%}
    timezone('UTC', try_cast({{ expression }} as timestamptz))
{%- endmacro %}
