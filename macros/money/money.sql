{#- Every currency of ISO 4217 with the unit that one source system counts in and the ISO unit.
    One row per currency: minor_unit = value of the system's smallest unit in major units;
    units_per_major = ISO minor units in one major unit. -#}
{% macro currency_units(source_system) -%}
    select
        iso.currency,
        coalesce(deviations.minor_unit, iso.minor_unit) as minor_unit,
        iso.units_per_major

    from {{ ref('currencies') }} as iso

    left join {{ ref('currency_exponents') }} as deviations
        on
            iso.currency = deviations.currency
            and deviations.source_system = '{{ source_system }}'
{%- endmacro %}

{#- Minor units, as processors count, to an exact amount in major units; null where the cell is a
    fraction of the source's own unit, or too large to be an amount. -#}
{% macro minor_to_major(cell, minor_unit='currencies.minor_unit') -%}
    {{ try_to_type(multiply_exactly(to_integer(cell), minor_unit, 4), 'decimal(18, 4)') }}
{%- endmacro %}

{#- The product of two decimals at a stated scale. Engines give products of decimals different
    scales (DuckDB: the sum of both; Spark: cut to fit 38 digits), so both sides are widened first. -#}
{% macro multiply_exactly(left, right, scale) -%}
    cast(cast({{ left }} as decimal(26, 6)) * cast({{ right }} as decimal(12, 6)) as decimal(38, {{ scale }}))
{%- endmacro %}

{#- Whether an amount is a whole number of the currency's ISO minor unit (domain D1). -#}
{% macro is_whole_in_minor_unit(amount, units_per_major='currencies.units_per_major') -%}
    cast({{ amount }} as decimal(18, 4)) * {{ units_per_major }}
    = cast(cast({{ amount }} as decimal(18, 4)) * {{ units_per_major }} as decimal(38, 0))
{%- endmacro %}

{#- An amount in another currency at a rate (units of the target for one of ours), rounded half away
    from zero to the target's minor unit. Null where the rate is missing: never 1.0. -#}
{% macro convert_amount(amount, rate, units_per_major) -%}
    cast({{ round_half_up_to_unit(
        'cast(cast(' ~ amount ~ ' as decimal(18, 4)) * cast(' ~ rate ~ ' as decimal(20, 10)) as decimal(38, 14))',
        units_per_major
    ) }} as decimal(18, 4))
{%- endmacro %}

{#- Half away from zero, counted in whole minor units: sign(x) * floor(abs(x) * units + 1/2) / units. -#}
{% macro round_half_up_to_unit(expression, units_per_major) -%}
    case when {{ expression }} < 0 then -1 else 1 end
    * cast(floor(abs({{ expression }}) * {{ units_per_major }} + cast(0.5 as decimal(2, 1))) as decimal(24, 0))
    * case {{ units_per_major }}
        when 1 then cast(1 as decimal(5, 4))
        when 100 then cast(0.01 as decimal(5, 4))
        when 1000 then cast(0.001 as decimal(5, 4))
        when 10000 then cast(0.0001 as decimal(5, 4))
    end
{%- endmacro %}

{#- The exact sum of money. -#}
{% macro sum_amount(amount) -%}
    cast(coalesce(sum({{ amount }}), 0) as decimal(38, 4))
{%- endmacro %}

{#- A decimal price in minor units, as text-precise as it came, times the value of the minor unit. -#}
{% macro multiply_price(minor_price, minor_unit) -%}
    cast(cast({{ minor_price }} as decimal(24, 12)) * cast({{ minor_unit }} as decimal(8, 4)) as decimal(38, 16))
{%- endmacro %}

{#- A share between 0 and 1 with six decimals, for scores; null where there is nothing to share. -#}
{% macro share_of(part, whole) -%}
    cast(
        case when {{ whole }} = 0 then null else cast({{ part }} as decimal(38, 4)) / ({{ whole }}) end
        as decimal(9, 6)
    )
{%- endmacro %}

{#- So many percent of an amount, exactly: not rounded yet. The amount is widened: DuckDB keeps a
    product of two decimals of at most 18 digits in 18, and stops where it does not fit. -#}
{% macro percent_of(amount, percent) -%}
    cast(
        cast({{ amount }} as decimal(22, 4)) * cast({{ percent }} as decimal(12, 6))
        * cast(0.01 as decimal(3, 2)) as decimal(38, 12)
    )
{%- endmacro %}

{#- A quantity times a price of one unit, exactly to twelve places: not rounded yet. -#}
{% macro quantity_times_price(quantity, unit_price) -%}
    cast(
        cast({{ quantity }} as decimal(16, 6)) * cast({{ unit_price }} as decimal(22, 12))
        as decimal(38, 12)
    )
{%- endmacro %}
