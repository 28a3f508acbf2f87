{#- The models `<prefix><name>` of a list of vars.yml, one under the other, all of one contract: that of
    the union. A model that lacks or misspells a column fails here by name. `without`: columns of the
    contract that the union computes itself. -#}
{% macro union_listed(list_name, prefix, without=[]) -%}
    {% set columns = model.columns.values() | rejectattr('name', 'in', without) | list if execute else [] %}
    {% for name in var(list_name) %}
    select
        {% for column in columns -%}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref(prefix ~ name) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}
