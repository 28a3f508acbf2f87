{#- How many rows of each system fill each column of each canonical entity. One scan per entity. -#}
{% macro count_filled_cells() -%}
    {%- for entity in var('feeds') %}
    {%- set relation = ref('cdm_' ~ entity) %}
    {%- set names = [] %}
    {%- if execute %}
        {%- for node in graph.nodes.values() if node.name == 'cdm_' ~ entity and node.resource_type == 'model' %}
            {%- do names.extend(node.columns.keys()) %}
        {%- endfor %}
    {%- endif %}
    {{ "union all" if not loop.first }}
    select
        counted.source_system,
        '{{ entity }}' as entity,
        listed.column_name,
        counted.row_count,
        case listed.column_name
            {%- for name in names %}
            when '{{ name }}' then counted.filled_{{ loop.index }}
            {%- else %}
            when '' then 0
            {%- endfor %}
        end as filled_count
    from (
        select
            source_system,
            count(*) as row_count
            {%- for name in names %},
            count({{ name }}) as filled_{{ loop.index }}
            {%- endfor %}
        from {{ relation }}
        group by source_system
    ) as counted
    cross join (
        {%- for name in names %}
        select '{{ name }}' as column_name{{ " union all" if not loop.last }}
        {%- else %}
        select '' as column_name
        {%- endfor %}
    ) as listed
    {%- endfor %}
{%- endmacro %}
