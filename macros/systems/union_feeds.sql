{#- One canonical entity: the union of its feeds, with the columns that the contract lists, by name.
    A mapping that lacks or misspells a column fails here by name; with every feed off the table is
    empty and has the contract's types. -#}
{% macro union_feeds(entity) -%}
    {% set feeds = feeds_of(entity) %}
    {% set relations = [] %}
    {% for system in feeds %}
        {#- Called while parsing too: this is how dbt learns the edges. -#}
        {% do relations.append(ref('map_' ~ system ~ '__' ~ entity)) %}
    {% endfor %}
    {% set columns = model.columns.values() | list if execute else [] %}
    {% for relation in relations %}
    select
        {% for column in columns -%}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ relation }}
    {{ "union all" if not loop.last }}
    {% else %}
    select
        {% for column in columns -%}
        cast(null as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
        {% endfor %}
    where 1 = 0
    {% endfor %}
{%- endmacro %}
