{#- Policies of which the most particular row in force on a day decides; a star stands for all. Each
    joins `slas`, a step of that name, as `exact`, `named` (integration_slas only) and `every`. -#}

{#- integration_slas: a row of the interface and entity, of the interface, of all. -#}
{% macro join_interface_slas(messages, day) -%}
    left join slas as exact
        on {{ messages }}.interface_code = exact.interface_code
        and {{ messages }}.legal_entity_code = exact.legal_entity_code
        and {{ in_force('exact', day) }}

    left join slas as named
        on {{ messages }}.interface_code = named.interface_code
        and named.legal_entity_code = '*'
        and {{ in_force('named', day) }}

    left join slas as every
        on every.interface_code = '*'
        and every.legal_entity_code = '*'
        and {{ in_force('every', day) }}
{%- endmacro %}

{#- usage_slas: a row of the charge's billing interval, of all. -#}
{% macro join_usage_slas(charges, day) -%}
    left join slas as exact
        on {{ charges }}.billing_interval = exact.billing_interval
        and {{ in_force('exact', day) }}

    left join slas as every
        on every.billing_interval = '*'
        and {{ in_force('every', day) }}
{%- endmacro %}

{#- Whether a row of policy is in force on a day. -#}
{% macro in_force(policy, day) -%}
    {{ day }} >= {{ policy }}.valid_from_on
        and {{ day }} < {{ policy }}.valid_before_on
{%- endmacro %}
