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
        declared.source_account,
        declared.raw_table,
        'declared' as count_stage,
        '(all)' as row_disposition,
        '(rows)' as amount_column,
        '(none)' as currency,
        declared.row_count,
        cast(null as decimal(38, 4)) as readable_amount,
        cast(0 as bigint) as unreadable_count
    from {{ source('landing', 'declared_rows') }} as declared
    where declared.source_system = '{{ source_system }}'

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

    {{ _staged_counts(source_system, raw_table, units) }}
    {{ _landed_amount_counts(source_system, raw_table, units) }}
    {% endfor %}
{%- endmacro %}

{#- The column that names the currency of a row's amounts, staged as `currency`: the one of that name,
    else the first that holds a currency; none where amounts have it from another row. -#}
{% macro currency_columns(columns) -%}
    {% set named = columns | selectattr('name', 'equalto', 'currency') | list %}
    {% set others = [] %}
    {% for column in columns if column_meta(column, 'kind') == 'currency' %}
        {% do others.append(column) %}
    {% endfor %}
    {{ return((named or others)[:1]) }}
{%- endmacro %}

{#- What staging made of one raw table: rows and readable amounts by disposition. The table is read
    once: each row counts under each name. -#}
{% macro _staged_counts(source_system, raw_table, units) -%}
    {%- set columns = source_columns(source_system, raw_table) %}
    {%- set has_currency = currency_columns(columns) | length > 0 %}
    {%- set amounts = [] %}
    {%- for column in columns if column_meta(column, 'staged_as') %}
        {%- do amounts.append({
            'name': column_meta(column, 'staged_as'),
            'has_currency': has_currency and column_meta(column, 'kind') in ['minor', 'major']
        }) %}
    {%- endfor %}
    select
        '{{ source_system }}' as source_system,
        counts.source_account,
        '{{ raw_table }}' as raw_table,
        'staged' as count_stage,
        counts.row_disposition,
        counts.amount_column,
        counts.currency,
        count(counts.counted) as row_count,
        case
            when counts.amount_column <> '(rows)'
                then cast(
                    coalesce(
                        sum(case when counts.currency <> '(unknown)' then counts.counted end), 0
                    ) as decimal(38, 4)
                )
        end as readable_amount,
        cast(0 as bigint) as unreadable_count

    from (
        select
            staged.source_account,
            staged.row_disposition,
            names.amount_column,
            case names.amount_column
                when '(rows)' then '(none)'
                {%- for amount in amounts if amount.has_currency %}
                when '{{ amount.name }}'
                    then case
                        when staged.{{ amount.name }} is null then '(unknown)'
                        else coalesce(currencies.currency, '(unknown)')
                    end
                {%- endfor %}
                else '(none)'
            end as currency,
            case names.amount_column
                when '(rows)' then cast(1 as decimal(30, 12))
                {%- for amount in amounts %}
                when '{{ amount.name }}' then cast(staged.{{ amount.name }} as decimal(30, 12))
                {%- endfor %}
            end as counted

        from {{ ref('stg_' ~ source_system ~ '__' ~ raw_table) }} as staged

        cross join (
            select '(rows)' as amount_column
            {%- for amount in amounts %}
            union all
            select '{{ amount.name }}' as amount_column
            {%- endfor %}
        ) as names
        {%- if amounts | selectattr('has_currency') | list %}

        left join ({{ units }}) as currencies
            on staged.currency = currencies.currency
        {%- endif %}
    ) as counts

    group by counts.source_account, counts.row_disposition, counts.amount_column, counts.currency
{%- endmacro %}

{#- The amounts of one raw table as they landed. -#}
{% macro _landed_amount_counts(source_system, raw_table, units) -%}
    {%- set columns = source_columns(source_system, raw_table) %}
    {%- set named_in = currency_columns(columns) %}
    {%- for column in columns if column_meta(column, 'staged_as') %}
    {%- set cell = 'raw.' ~ quoted_column(column.name) %}
    {%- set kind = column_meta(column, 'kind') %}
    {%- set has_currency = kind in ['minor', 'major'] and named_in %}
    {%- if kind == 'decimal' %}
        {%- set readable = to_decimal(cell, 24, 12) %}
    {%- elif kind == 'minor' %}
        {#- What does not fit an amount after conversion was not read (minor_to_major). -#}
        {%- set readable = "case when " ~ minor_to_major(cell) ~ " is not null then " ~ to_decimal(cell, 24, 4) ~ " end" %}
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
    from {{ source('raw_' ~ source_system, raw_table) }} as raw
    {%- if has_currency %}
    left join ({{ units }}) as currencies
        on {{ to_currency('raw.' ~ quoted_column(named_in[0].name)) }} = currencies.currency
    {%- endif %}
    group by raw._source_account{{ ", coalesce(currencies.currency, '(unknown)')" if has_currency }}
    {%- endfor %}
{%- endmacro %}
