{#- A reference without what people leave out: lower case, no separators. -#}
{% macro bare_reference(reference) -%}
    nullif(translate(lower({{ reference }}), ' -_/.,:;#*+()[]|', ''), '')
{%- endmacro %}

{#- A reference as people read it (domain 1.3, M4): bare, and the leading zeros of the digits at its
    end dropped. Null where nothing is left. -#}
{% macro normalised_reference(reference) -%}
    {%- set bare = bare_reference(reference) -%}
    {%- set stem = "trim(trailing '0123456789' from " ~ bare ~ ")" -%}
    nullif({{ stem }} || trim(leading '0' from substr({{ bare }}, length({{ stem }}) + 1)), '')
{%- endmacro %}
