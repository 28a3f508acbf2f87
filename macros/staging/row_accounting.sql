{#- All rows of one system that could not be used: staged rows with their reason, and lines that
    could not be split into cells. Grain: one raw row or line. -#}
{% macro quarantined_rows_of(source_system, raw_tables) -%}
    {% for raw_table in raw_tables -%}
    select
        '{{ source_system }}' as source_system,
        staged.source_account,
        '{{ raw_table }}' as raw_table,
        staged.source_file,
        staged.source_row,
        cast(0 as bigint) as line_number,
        staged.row_id as source_row_id,
        staged.disposition_reason,
        cast(null as {{ dbt.type_string() }}) as row_text
    from {{ ref('stg_' ~ source_system ~ '__' ~ raw_table) }} as staged
    where staged.row_disposition = 'quarantined'
    union all
    {% endfor -%}
    select
        '{{ source_system }}' as source_system,
        lines.source_account,
        lines.raw_table,
        lines.source_file,
        cast(0 as bigint) as source_row,
        lines.line_number,
        cast(null as {{ dbt.type_string() }}) as source_row_id,
        lines.reason as disposition_reason,
        lines.line_text as row_text
    from {{ source('landing', 'rejected_lines') }} as lines
    where lines.source_system = '{{ source_system }}'
{%- endmacro %}

{#- Row accounting of one system, taken at both ends on its own: what landed (counted by the reader
    of the files, amounts summed in the vendor's unit before conversion) and what staging made of it
    (by disposition, amounts converted row by row). Grain: table, stage, disposition, amount column,
    currency; '(rows)' counts rows, other amount columns sum the readable amounts. -#}
{% macro raw_counts_of(source_system, raw_tables) -%}
    {#- Called while parsing too: this is how dbt learns the edges to the currency seeds. -#}
    {%- set units = currency_units(source_system) %}
    select
        '{{ source_system }}' as source_system,
        files.source_account,
        files.raw_table,
        'landed' as count_stage,
        '(all)' as row_disposition,
        '(rows)' as amount_column,
        '(none)' as currency,
        cast(sum(files.row_count) as bigint) as row_count,
        cast(null as decimal(38, 4)) as readable_amount,
        cast(0 as bigint) as unreadable_count
    from {{ source('landing', 'landed_files') }} as files
    where files.source_system = '{{ source_system }}'
    group by files.source_account, files.raw_table

    union all

    select
        '{{ source_system }}' as source_system,
        lines.source_account,
        lines.raw_table,
        'rejected' as count_stage,
        'quarantined' as row_disposition,
        '(rows)' as amount_column,
        '(none)' as currency,
        count(*) as row_count,
        cast(null as decimal(38, 4)) as readable_amount,
        cast(0 as bigint) as unreadable_count
    from {{ source('landing', 'rejected_lines') }} as lines
    where lines.source_system = '{{ source_system }}'
    group by lines.source_account, lines.raw_table

    {% for raw_table in raw_tables %}
    union all

    select
        '{{ source_system }}' as source_system,
        staged.source_account,
        '{{ raw_table }}' as raw_table,
        'staged' as count_stage,
        staged.row_disposition,
        '(rows)' as amount_column,
        '(none)' as currency,
        count(*) as row_count,
        cast(null as decimal(38, 4)) as readable_amount,
        cast(0 as bigint) as unreadable_count
    from {{ ref('stg_' ~ source_system ~ '__' ~ raw_table) }} as staged
    group by staged.source_account, staged.row_disposition
    {{ _amount_counts(source_system, raw_table, source('raw_' ~ source_system, raw_table),
                      ref('stg_' ~ source_system ~ '__' ~ raw_table), units) }}
    {% endfor %}
{%- endmacro %}

{#- The amounts of one raw table, as landed and as staged. -#}
{% macro _amount_counts(source_system, raw_table, raw_relation, staged_relation, units) -%}
    {%- set columns = source_columns(source_system, raw_table) %}
    {%- set currency_columns = columns | selectattr('name', 'in', ['currency']) | list %}
    {%- for column in columns if column_meta(column, 'staged_as') %}
    {%- set cell = 'raw.' ~ quoted_column(column.name) %}
    {%- set kind = column_meta(column, 'kind') %}
    {%- set has_currency = kind in ['minor', 'major'] and currency_columns %}
    {%- if kind == 'decimal' %}
        {%- set readable = to_decimal(cell, 24, 12) %}
    {%- elif kind == 'minor' %}
        {%- set readable = to_decimal(cell, 24, 4) %}
    {%- else %}
        {%- set readable = to_decimal(cell, 18, 4) %}
    {%- endif %}

    union all

    select
        '{{ source_system }}' as source_system,
        raw._source_account as source_account,
        '{{ raw_table }}' as raw_table,
        'landed' as count_stage,
        '(all)' as row_disposition,
        '{{ column_meta(column, "staged_as") }}' as amount_column,
        {{ "coalesce(currencies.currency, '(unknown)')" if has_currency else "'(none)'" }} as currency,
        count({{ to_text(cell) }}) as row_count,
        {% if has_currency -%}
        cast(
            coalesce(sum(case when currencies.currency is not null then {{ readable }} end), 0)
            * max(coalesce({{ 'currencies.minor_unit' if kind == 'minor' else '1.0000' }}, 0)) as decimal(38, 4)
        ) as readable_amount,
        cast(coalesce(sum(case when {{ to_text(cell) }} is not null
            and ({{ readable }} is null or currencies.currency is null) then 1 else 0 end), 0) as bigint) as unreadable_count
        {%- else -%}
        cast(coalesce(sum({{ readable }}), 0) as decimal(38, 4)) as readable_amount,
        cast(coalesce(sum(case when {{ to_text(cell) }} is not null and {{ readable }} is null then 1 else 0 end), 0) as bigint) as unreadable_count
        {%- endif %}
    from {{ raw_relation }} as raw
    {%- if has_currency %}
    left join ({{ units }}) as currencies
        on {{ to_currency('raw.' ~ quoted_column(currency_columns[0].name)) }} = currencies.currency
    {%- endif %}
    group by raw._source_account{{ ", coalesce(currencies.currency, '(unknown)')" if has_currency }}

    union all

    select
        '{{ source_system }}' as source_system,
        staged.source_account,
        '{{ raw_table }}' as raw_table,
        'staged' as count_stage,
        staged.row_disposition,
        '{{ column_meta(column, "staged_as") }}' as amount_column,
        {% if has_currency -%}
        case when staged.{{ column_meta(column, 'staged_as') }} is null then '(unknown)' else staged.currency end
        {%- else -%}
        '(none)'
        {%- endif %} as currency,
        count(staged.{{ column_meta(column, 'staged_as') }}) as row_count,
        cast(coalesce(sum(staged.{{ column_meta(column, 'staged_as') }}), 0) as decimal(38, 4)) as readable_amount,
        cast(0 as bigint) as unreadable_count
    from {{ staged_relation }} as staged
    group by
        staged.source_account,
        staged.row_disposition
        {%- if has_currency %},
        case when staged.{{ column_meta(column, 'staged_as') }} is null then '(unknown)' else staged.currency end
        {%- endif %}
    {%- endfor %}
{%- endmacro %}
