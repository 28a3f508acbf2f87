{#- One narrow model per pair, all of one contract, listed in vars.yml: `part` is `legs`, `causes` or
    `defects`. A model that lacks or misspells a column fails here by name. `without`: columns of the
    union's contract that it computes itself. -#}
{% macro union_recon(part, without=[]) -%}
    {% set columns = model.columns.values() | rejectattr('name', 'in', without) | list if execute else [] %}
    {% for name in var('recon_' ~ part) %}
    select
        {% for column in columns -%}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ "," if not loop.last }}
        {% endfor %}
    from {{ ref('int_recon_' ~ part ~ '_' ~ name) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}
