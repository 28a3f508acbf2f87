{#- Whether a source system is switched on. The same expression stands in dbt_project.yml and in
    every source's `enabled` (dbt reads those before macros exist); a test compares them all. -#}
{% macro is_system_on(name) -%}
    {{ return(
        name not in var('systems_off')
        and (name in var('systems_on') or var('systems').get(name, false))
    ) }}
{%- endmacro %}

{#- The systems that feed a canonical entity and are switched on, in the order of vars.yml. -#}
{% macro feeds_of(entity) -%}
    {% set names = [] %}
    {% for name in var('feeds').get(entity, []) if is_system_on(name) %}
        {% do names.append(name) %}
    {% endfor %}
    {{ return(names) }}
{%- endmacro %}
