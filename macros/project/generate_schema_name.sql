{#- Schemas carry the layer's own name, on every target: people and dashboards address core.fct_invoices. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
