{#- The date of an instant in a legal entity's zone. -#}
{% macro local_date(instant, time_zone) -%}
    {{ return(adapter.dispatch('local_date')(instant, time_zone)) }}
{%- endmacro %}
{% macro default__local_date(instant, time_zone) -%}
    to_date(from_utc_timestamp({{ instant }}, {{ time_zone }}))
{%- endmacro %}
{% macro duckdb__local_date(instant, time_zone) -%}
    cast(timezone({{ time_zone }}, timezone('UTC', {{ instant }})) as date)
{%- endmacro %}

{#- The business date of an event: the source's own date, else the date of its instant in the
    entity's zone (design, money and time). -#}
{% macro business_date(event, time_zone='time_zone') -%}
    coalesce({{ event }}_on, {{ local_date(event ~ '_at', time_zone) }})
{%- endmacro %}

{#- First day of the month of a date. -#}
{% macro month_of(date_column) -%}
    cast({{ dbt.date_trunc('month', date_column) }} as date)
{%- endmacro %}

{#- First day of the month after that of a date. -#}
{% macro next_month(date_column) -%}
    cast({{ dbt.dateadd('month', 1, month_of(date_column)) }} as date)
{%- endmacro %}

{#- The day the run looks from (var as_of_date, else the latest business day of the data):
    a rerun of March gives March. -#}
{% macro as_of_date() -%}
    {%- if var('as_of_date') -%}
        cast('{{ var("as_of_date") }}' as date)
    {%- else -%}
        (select run_dates.as_of_date from {{ ref('dim_run_dates') }} as run_dates)
    {%- endif -%}
{%- endmacro %}

{#- The day after a date. -#}
{% macro day_after(date_column) -%}
    cast({{ dbt.dateadd('day', 1, date_column) }} as date)
{%- endmacro %}

{#- Whole days from one date to another; null where one is. -#}
{% macro days_between(from_date, to_date) -%}
    cast({{ dbt.datediff(from_date, to_date, 'day') }} as int)
{%- endmacro %}

{#- What the clock on the wall of a zone shows at an instant. -#}
{% macro local_time(instant, time_zone) -%}
    {{ return(adapter.dispatch('local_time')(instant, time_zone)) }}
{%- endmacro %}
{% macro default__local_time(instant, time_zone) -%}
    from_utc_timestamp({{ instant }}, {{ time_zone }})
{%- endmacro %}
{% macro duckdb__local_time(instant, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ instant }}))
{%- endmacro %}

{#- The instant at which the clock on the wall of a zone shows a time. -#}
{% macro instant_of(wall_time, time_zone) -%}
    {{ return(adapter.dispatch('instant_of')(wall_time, time_zone)) }}
{%- endmacro %}
{% macro default__instant_of(wall_time, time_zone) -%}
    to_utc_timestamp({{ wall_time }}, {{ time_zone }})
{%- endmacro %}
{% macro duckdb__instant_of(wall_time, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ wall_time }}))
{%- endmacro %}

{#- The instant at which a day begins in a zone. -#}
{% macro start_of_day(day, time_zone) -%}
    {{ instant_of('cast(' ~ day ~ ' as timestamp)', time_zone) }}
{%- endmacro %}

{#- Whole minutes since midnight of a time on the wall. -#}
{% macro minute_of_day(wall_time) -%}
    cast(extract(hour from {{ wall_time }}) * 60 + extract(minute from {{ wall_time }}) as int)
{%- endmacro %}

{#- The working minutes from the first day of the calendar to a time on the wall of that day:
    `calendar` is a row of int_business_minutes. The minutes between two times are the difference. -#}
{% macro business_minutes_until(wall_time, calendar) -%}
    cast(
        {{ calendar }}.minutes_before + least(
            greatest({{ minute_of_day(wall_time) }} - {{ calendar }}.opens_at_minute, 0),
            {{ calendar }}.minutes_of_day
        ) as bigint
    )
{%- endmacro %}
