{#- The one value of a group, or its first and last by the alphabet where there are several: equal
    texts on two sides for equal sets of up to two values. Null where nothing is told. -#}
{% macro set_of_values(column) -%}
    case
        when min({{ column }}) = max({{ column }}) then min({{ column }})
        else min({{ column }}) || ' and ' || max({{ column }})
    end
{%- endmacro %}
