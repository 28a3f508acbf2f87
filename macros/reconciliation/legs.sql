{#- What a leg is grouped by. What names no key, entity or currency stands for itself: no document may
    be lost for it. -#}
{% macro clearing_columns() -%}
    {{ return({
        'pair_id': 'pair_id',
        'legal_entity_code': "coalesce(legal_entity_code, 'unassigned')",
        'currency': "coalesce(currency, 'XXX')",
        'clear_key': 'coalesce(clear_key, leg_key)',
    }) }}
{%- endmacro %}

{#- The period and the natural key of a leg that names none: a document without any date belongs to no
    period and stands apart, in sight. -#}
{% macro leg_period_month() -%} coalesce(period_month, cast('1900-01-01' as date)) {%- endmacro %}

{% macro leg_natural_key() -%} coalesce(natural_key, leg_key) {%- endmacro %}

{#- The legs in scope, summed by clearing key: each model by itself, since the legs of a key lie in one
    of them (the grain of int_recon_keys is tested), and many small groupings cost less than
    one large. -#}
{% macro legs_summed_by_key() -%}
    {% set keys = clearing_columns() %}
    {% for name in var('recon_legs') %}
    select
        {% for column, expression in keys.items() -%}
        {{ expression }} as {{ column }},
        {% endfor -%}
        coalesce(
            min(case when side = 'L' then {{ leg_natural_key() }} end),
            min(case when side = 'R' then {{ leg_natural_key() }} end)
        ) as natural_key,
        count(case when side = 'L' then 1 end) as left_count,
        count(case when side = 'R' then 1 end) as right_count,
        {{ sum_amount("case when side = 'L' then signed_amount end") }} as left_amount,
        {{ sum_amount("case when side = 'R' then signed_amount end") }} as right_amount,
        {{ sum_amount("case when side = 'L' then abs(signed_amount) end") }} as left_gross_amount,
        {{ sum_amount("case when side = 'R' then abs(signed_amount) end") }} as right_gross_amount,
        min({{ leg_period_month() }}) as first_period_month,
        max({{ leg_period_month() }}) as last_period_month,
        min(occurred_on) as first_occurred_on,
        max(occurred_on) as last_occurred_on,
        min(case when side = 'L' then compared_value end) as left_value,
        min(case when side = 'R' then compared_value end) as right_value
    from {{ ref('int_recon_legs_' ~ name) }}
    where out_of_scope_reason is null
    group by {{ keys.values() | join(', ') }}
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}
