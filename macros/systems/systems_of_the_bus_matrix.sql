{#- One row per system of vars.yml: whether it is on, and how many canonical entities it feeds. -#}
{% macro systems_of_the_bus_matrix() -%}
    {%- set names = (var('systems').keys() | list + var('systems_on')) | unique | list %}
    {%- for name in names %}
    {%- set fed = [] %}
    {%- for entity, feeders in var('feeds').items() if name in feeders %}
        {%- do fed.append(entity) %}
    {%- endfor %}
    select
        '{{ name }}' as source_system,
        {{ 'true' if is_system_on(name) else 'false' }} as is_switched_on,
        cast({{ fed | length }} as int) as fed_entity_count
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
