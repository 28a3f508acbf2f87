{#- Readers turn the text of a raw cell into a typed value, or into null where it cannot be read.
    None of them guesses: a cell that is not blank and reads as null is reported by row_problem(). -#}

{#- Text without what surrounds it and cannot be seen: blanks, tabs, line ends, no-break spaces. -#}
{% macro trimmed(cell) -%}
    {{ return(adapter.dispatch('trimmed')(cell)) }}
{%- endmacro %}
{% macro default__trimmed(cell) -%}
    trim(both concat(' ', char(9), char(10), char(13), char(160)) from {{ cell }})
{%- endmacro %}
{% macro duckdb__trimmed(cell) -%}
    trim({{ cell }}, ' ' || chr(9) || chr(10) || chr(13) || chr(160))
{%- endmacro %}

{#- Text without surrounding blanks; a blank cell is null. -#}
{% macro to_text(cell) -%}
    nullif({{ trimmed(cell) }}, '')
{%- endmacro %}

{#- An exact number. Only plain decimal notation: engines also read 1_000, infinity or 0x1F.
    Reading a decimal of more than 18 digits costs twenty times as much, and few cells need them. -#}
{% macro to_decimal(cell, precision=18, scale=4) -%}
    case
        {%- if precision > 18 and scale >= 4 and precision - scale >= 14 %}
        when {{ matches_pattern(trimmed(cell), '^[+-]?[0-9]{1,14}([.][0-9]{1,4})?$') }}
            then cast({{ try_to_type(trimmed(cell), 'decimal(18, 4)') }} as decimal({{ precision }}, {{ scale }}))
        {%- endif %}
        when {{ matches_pattern(trimmed(cell), '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,2})?$') }}
            then {{ try_to_type(trimmed(cell), 'decimal(' ~ precision ~ ', ' ~ scale ~ ')') }}
    end
{%- endmacro %}

{#- A whole number; 12.0 and 12e1 are one (spreadsheets and float columns write them), 12.5 is not.
    1.5e1 would be one too, but no writer of whole numbers writes it, and its form does not show it. -#}
{% macro to_integer(cell) -%}
    case
        when {{ matches_pattern(trimmed(cell), '^[+-]?[0-9]+([.]0*)?([eE][+]?[0-9]{1,2})?$') }}
            then cast({{ try_to_type(trimmed(cell), 'decimal(18, 0)') }} as bigint)
    end
{%- endmacro %}

{#- true/false from the spellings that connectors use: true, t, yes, y, 1 and their opposites. -#}
{% macro to_boolean(cell) -%}
    case
        when lower({{ trimmed(cell) }}) in ('true', 't', 'yes', 'y', '1') then true
        when lower({{ trimmed(cell) }}) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{#- A UTC timestamp from ISO text. Text without an offset is UTC, as connectors land it. Text that
    is a bare date is not an instant and gives null: to_date() reads it. -#}
{% macro to_utc(cell) -%}
    case
        when {{ matches_pattern(trimmed(cell), '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:') }}
            then {{ try_to_utc(trimmed(cell)) }}
    end
{%- endmacro %}

{#- A date from ISO text (2026-01-31); a time at midnight behind it is ignored. -#}
{% macro to_date(cell) -%}
    case
        when {{ matches_pattern(trimmed(cell), '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]00:00(:00([.]0*)?)?([Z]|[+]00(:?00)?)?)?$') }}
            then {{ try_to_type('substr(' ~ trimmed(cell) ~ ', 1, 10)', 'date') }}
    end
{%- endmacro %}

{#- Both clocks of one event: <name>_at where the cell is an instant, <name>_on where it is a bare
    date. A date is never made into an instant: midnight UTC is the day before in New York. -#}
{% macro both_clocks(cell, name) -%}
    {{ to_utc(cell) }} as {{ name }}_at,
        {{ to_bare_date(cell) }} as {{ name }}_on
{%- endmacro %}

{#- The date of a cell that holds a date and no time; null for an instant. -#}
{% macro to_bare_date(cell) -%}
    case
        when {{ matches_pattern(trimmed(cell), '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') }}
            then {{ try_to_type(trimmed(cell), 'date') }}
    end
{%- endmacro %}

{#- Personal data leaves staging only as a keyed hash, equal for equal values. The key comes from
    the environment and is in no repository. -#}
{% macro masked(cell) -%}
    case
        when {{ to_text(cell) }} is not null
            then md5('{{ env_var("PII_SALT", "unsalted") }}' || '|' || lower({{ trimmed(cell) }}))
    end
{%- endmacro %}

{#- A currency code in the one canonical form. -#}
{% macro to_currency(cell) -%}
    upper({{ to_text(cell) }})
{%- endmacro %}

{#- What stands behind the last `mark` of a text (the domain of an address). -#}
{% macro text_after(cell, mark) -%}
    case
        when position('{{ mark }}' in {{ cell }}) > 0
            then {{ to_text("substr(" ~ cell ~ ", position('" ~ mark ~ "' in " ~ cell ~ ") + 1)") }}
    end
{%- endmacro %}

{#- The words that a seed knows for one raw column, with the canonical word for each. -#}
{% macro known_words(source_system, raw_table, raw_column) -%}
    select
        words.raw_value,
        words.canonical_value

    from {{ ref('status_map') }} as words

    where
        words.source_system = '{{ source_system }}'
        and words.raw_table = '{{ raw_table }}'
        and words.raw_column = '{{ raw_column }}'
{%- endmacro %}

{#- The record's own key as one text; null where a part of it is blank. -#}
{% macro row_id(cells) -%}
    {%- for cell in cells -%}
        {{ to_text(cell) }}{{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#- The same key exactly as delivered, blanks and all: judge_rows() compares the two. -#}
{% macro delivered_id(cells) -%}
    {%- for cell in cells -%}
        {{ cell }}{{ " || '|' || " if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
