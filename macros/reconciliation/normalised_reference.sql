{#- A reference as people read it (domain 1.3, M4): lower case, without separators, and the leading
    zeros of the digits at its end dropped. Null where nothing is left. -#}
{% macro normalised_reference(reference) -%}
    {% set bare -%}
    translate(lower({{ reference }}), ' -_/.,:;#*+()[]|', '')
    {%- endset %}
    {%- set stem -%}
    trim(trailing '0123456789' from {{ bare }})
    {%- endset %}
    nullif({{ stem }} || trim(leading '0' from substr({{ bare }}, length({{ stem }}) + 1)), '')
{%- endmacro %}
