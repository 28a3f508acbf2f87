{#- The earliest of some dates of which any may be null; null where all are. -#}
{% macro earliest_of(dates) -%}
    nullif(
        least(
            {%- for date in dates %}
            coalesce({{ date }}, cast('9999-12-31' as date)){{ ',' if not loop.last }}
            {%- endfor %}
        ),
        cast('9999-12-31' as date)
    )
{%- endmacro %}

{#- Whether an amount has grown, since somebody decided about it, by more than the basis points after
    which it comes back. Cross-multiplied: exactly a tenth is not more than a tenth. An amount that
    was not known then and is now has grown. -#}
{% macro has_outgrown(amount, amount_at_action, returns_above_bps) -%}
    coalesce(
        {{ returns_above_bps }} is not null
        and (
            (
                cast(abs({{ amount }}) as decimal(28, 4)) * cast(10000 as decimal(6, 0))
                > cast(abs({{ amount_at_action }}) as decimal(28, 4))
                * cast(10000 + {{ returns_above_bps }} as decimal(6, 0))
            )
            or ({{ amount_at_action }} is null and {{ amount }} is not null)
        ),
        false
    )
{%- endmacro %}

{#- The sum of a count over the rows of which a condition holds. -#}
{% macro count_where(condition, counted='1') -%}
    cast(coalesce(sum(case when {{ condition }} then {{ counted }} end), 0) as bigint)
{%- endmacro %}
