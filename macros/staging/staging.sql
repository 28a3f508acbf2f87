{#- Where a staged row comes from: account, file and row (1 = first row under the header). -#}
{% macro raw_location() -%}
    raw._source_account as source_account,
        raw._source_file as source_file,
        raw._source_row as source_row
{%- endmacro %}

{#- A hash of all that was delivered in a row, but for the connector's own sync time: two deliveries
    of one record are the same record when this is equal. -#}
{% macro payload_hash(source_system, raw_table) -%}
    md5(
        {%- for column in source_columns(source_system, raw_table) if column.name != '_fivetran_synced' %}
        coalesce(raw.{{ quoted_column(column.name) }}, '') || '|' ||
        {%- endfor %} ''
    )
{%- endmacro %}

{#- The columns of a raw table as its source YAML lists them; empty while dbt parses. -#}
{% macro source_columns(source_system, raw_table) -%}
    {% set found = [] %}
    {% if execute %}
        {% for node in graph.sources.values()
            if node.source_name == 'raw_' ~ source_system and node.name == raw_table %}
            {% do found.extend(node.columns.values()) %}
        {% endfor %}
        {% if not found %}
            {% do exceptions.raise_compiler_error(
                'raw_' ~ source_system ~ '.' ~ raw_table ~ ' is not in the source YAML, or lists no columns'
            ) %}
        {% endif %}
    {% endif %}
    {{ return(found) }}
{%- endmacro %}

{#- A raw column's name as SQL wants it: vendors use reserved words (index, name, end). -#}
{% macro quoted_column(name) -%}
    {{ adapter.quote(name) }}
{%- endmacro %}

{% macro column_meta(column, key) -%}
    {{ return(column.get('config', {}).get('meta', {}).get(key, column.get('meta', {}).get(key))) }}
{%- endmacro %}

{#- Whether every cell of a row is written so plainly that nothing can be wrong with it: almost all
    rows are, and telling that is far cheaper than asking each cell for each problem. False
    says nothing: row_problem() then looks at the cells one by one. -#}
{% macro row_is_plain(source_system, raw_table) -%}
    {%- set patterns = {
        'integer': '^-?[0-9]{1,17}$',
        'decimal': '^-?[0-9]{1,11}([.][0-9]{1,12})?$',
        'timestamp': '^(19|20)[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)([ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?$',
        'date': '^(19|20)[0-9]{2}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)([ T]00:00:00)?$',
    } -%}
    coalesce(
        true
        {%- for column in source_columns(source_system, raw_table) %}
        {%- set cell = 'raw.' ~ quoted_column(column.name) %}
        {%- set kind = column_meta(column, 'kind') %}
        {%- if column_meta(column, 'filled') %}
        and {{ matches_pattern(cell, '^.*[!-~]') }}
        {%- endif %}
        {%- if kind in patterns %}
        and ({{ cell }} is null or {{ matches_pattern(cell, patterns[kind]) }})
        {%- elif kind == 'boolean' %}
        and ({{ cell }} is null or {{ cell }} in ('true', 'false', 'T', 'F'))
        {%- elif kind == 'status' %}
        and ({{ cell }} is null or statuses.raw_value is not null)
        {%- elif kind == 'currency' %}
        and ({{ cell }} is null or currencies.currency is not null)
        {%- elif kind == 'minor' %}
        and (
            {{ cell }} is null
            or (
                {{ matches_pattern(cell, '^-?[0-9]{1,14}$') }}
                and currencies.minor_unit * currencies.units_per_major = 1
            )
        )
        {%- elif kind == 'major' %}
        and (
            {{ cell }} is null
            or ({{ matches_pattern(cell, '^-?[0-9]{1,13}([.]0{1,4})?$') }} and currencies.units_per_major >= 1)
            or ({{ matches_pattern(cell, '^-?[0-9]{1,13}[.][0-9]{1,2}$') }} and currencies.units_per_major >= 100)
        )
        {%- endif %}
        {%- if column_meta(column, 'allowed') %}
        and ({{ cell }} is null or lower({{ cell }}) in ('{{ column_meta(column, 'allowed') | join("', '") }}'))
        {%- endif %}
        {%- endfor %},
        false
    )
{%- endmacro %}

{#- Why a raw row cannot be used, or null. Read off the kinds that the source YAML gives its columns:
    a cell that must be filled and is blank; one that is filled and does not read as its kind; a
    currency that ISO 4217 does not know; a status
    without a meaning; an amount that is no whole number of the minor unit.
    `also` lists [condition, reason] pairs of the table's own. Needs a CTE `currencies`
    (currency_units) joined on the row's currency where a column has kind currency, minor or major. -#}
{% macro row_problem(source_system, raw_table, also=[]) -%}
    coalesce(
    case
        when {{ row_is_plain(source_system, raw_table) }} then null
        {%- for column in source_columns(source_system, raw_table) %}
        {%- set cell = 'raw.' ~ quoted_column(column.name) %}
        {%- set kind = column_meta(column, 'kind') %}
        {%- if column_meta(column, 'filled') %}
        when {{ to_text(cell) }} is null then '{{ column.name }} is blank'
        {%- endif %}
        {%- set readable = {
            'integer': to_integer(cell), 'decimal': to_decimal(cell, 24, 12), 'minor': to_decimal(cell, 24, 4),
            'major': to_decimal(cell, 18, 4), 'boolean': to_boolean(cell),
            'timestamp': 'coalesce(' ~ to_utc(cell) ~ ', cast(' ~ to_date(cell) ~ ' as timestamp))',
            'date': to_date(cell),
        }.get(kind) %}
        {%- if readable %}
        when {{ to_text(cell) }} is not null and {{ readable }} is null
            then '{{ column.name }} does not read as {{ kind_in_words(kind) }}: ' || substr({{ trimmed(cell) }}, 1, 40)
        {%- endif %}
        {%- if column_meta(column, 'allowed') %}
        when
            {{ to_text(cell) }} is not null
            and lower({{ to_text(cell) }}) not in ('{{ column_meta(column, 'allowed') | join("', '") }}')
            then '{{ column.name }} is no allowed word: ' || substr({{ trimmed(cell) }}, 1, 40)
        {%- endif %}
        {%- if kind == 'status' %}
        when {{ to_text(cell) }} is not null and statuses.raw_value is null
            then '{{ column.name }} has no meaning in status_map: ' || substr({{ trimmed(cell) }}, 1, 40)
        {%- endif %}
        {%- if kind == 'currency' %}
        when {{ to_text(cell) }} is not null and currencies.currency is null
            then '{{ column.name }} is no known currency: ' || substr({{ trimmed(cell) }}, 1, 40)
        {%- endif %}
        {%- endfor %}
        {%- for column in source_columns(source_system, raw_table) %}
        {%- set cell = 'raw.' ~ quoted_column(column.name) %}
        {%- set kind = column_meta(column, 'kind') %}
        {%- if kind in ['minor', 'major'] %}
        when currencies.currency is null and {{ to_text(cell) }} is not null
            then '{{ column.name }} has no currency'
        {%- if kind == 'minor' %}
        when
            {{ to_text(cell) }} is not null
            and {{ minor_to_major(cell) }} is null
            and {{ to_decimal(cell, 24, 4) }} = round({{ to_decimal(cell, 24, 4) }}, 0)
            then '{{ column.name }} is too large for an amount, or a fraction with an exponent: ' || substr({{ trimmed(cell) }}, 1, 40)
        -- A fraction of the source's own unit, or of the ISO unit where the source counts finer.
        when
            {{ to_decimal(cell, 24, 4) }} <> round({{ to_decimal(cell, 24, 4) }}, 0)
            or not ({{ is_whole_text(minor_to_major(cell)) }})
        {%- else %}
        -- Decimals of more than 18 digits cost twenty times as much: few cells need them.
        when not (
            case
                when {{ matches_pattern(trimmed(cell), '^[+-]?[0-9]*[.]?[0-9]{0,4}$') }}
                    then {{ is_whole_text(to_decimal(cell), 18, 4) }}
                else {{ is_whole_text(to_decimal(cell, 28, 10)) }}
            end
        )
        {%- endif %}
            then '{{ column.name }} is not a whole number of the currency''s minor unit: ' || substr({{ trimmed(cell) }}, 1, 40)
        {%- endif %}
        {%- endfor %}
    end,
    case
        {%- for condition, reason in also %}
        when {{ condition }} then {{ reason }}
        {%- endfor %}
        when false then ''
    end
    )
{%- endmacro %}

{#- Whole in the ISO minor unit, forgiving what a float column adds behind the sixth decimal. -#}
{% macro is_whole_text(amount, precision=28, scale=10) -%}
    abs(
        cast({{ amount }} as decimal({{ precision }}, {{ scale }})) * currencies.units_per_major
        - round(cast({{ amount }} as decimal({{ precision }}, {{ scale }})) * currencies.units_per_major, 0)
    ) <= 0.0001
{%- endmacro %}

{% macro kind_in_words(kind) -%}
    {{ return({
        'integer': 'a whole number', 'decimal': 'a number', 'minor': 'an amount', 'major': 'an amount',
        'boolean': 'true or false', 'timestamp': 'a time', 'date': 'a date',
    }[kind]) }}
{%- endmacro %}

{#- What becomes of each staged row. `typed` must have source_account, source_file, source_row,
    row_id (the record's key as text), delivered_id (the same, blanks kept), row_version (when it was synced; null where unknown),
    payload_hash, problem, is_marked_deleted, is_test_mode. Adds row_disposition and disposition_reason.
    - A row with a problem is quarantined.
    - Of the rows of one record the newest counts. Older content is superseded; the same content
      again is a duplicate. Two contents with the same sync time: nobody can say which is right,
      so both are quarantined.
    - Ids that differ only in case or padding cannot be told from an export fault: the one that
      sorts first stays, the others are quarantined.
    What was judged is kept as a table: its mappings, its test, the row accounting and the list of
    quarantined rows all read it, and judging costs more than that reading. -#}
{% macro judge_rows(typed) -%}
    {%- do config(materialized='table') -%}
    select
        {{ typed }}.*,
        case
            when {{ typed }}.problem is not null then 'quarantined'
            when {{ typed }}.delivered_id <> contests.first_delivered_id then 'quarantined'
            when contests.is_newest_version and contests.has_conflict then 'quarantined'
            when contests.copy_number > 1 and contests.is_newest_content then 'duplicate'
            when contests.copy_number > 1 then 'superseded'
            when {{ typed }}.is_test_mode then 'test_mode'
            when {{ typed }}.is_marked_deleted then 'deleted'
            else 'accepted'
        end as row_disposition,
        case
            when {{ typed }}.problem is not null then {{ typed }}.problem
            when {{ typed }}.delivered_id <> contests.first_delivered_id
                then 'the id "' || {{ typed }}.delivered_id || '" differs from "' || contests.first_delivered_id || '" only in case or padding'
            when contests.is_newest_version and contests.has_conflict
                then 'the id ' || {{ typed }}.row_id || ' was delivered with different contents and one sync time'
            when contests.copy_number > 1 and contests.is_newest_content
                then 'the same record was delivered before'
            when contests.copy_number > 1 then 'a newer version of the record was delivered'
            when {{ typed }}.is_test_mode then 'the record is test data of the source'
            when {{ typed }}.is_marked_deleted then 'the source marks the record deleted'
        end as disposition_reason

    from {{ typed }}

    left join (
        {{ _contests(typed) }}
    ) as contests
        on {{ typed }}.source_account = contests.source_account
        and {{ typed }}.source_file = contests.source_file
        and {{ typed }}.source_row = contests.source_row
{%- endmacro %}

{#- How the rows of records that were delivered more than once stand to one another. A row with a
    problem competes with none. Few records are delivered twice: windows over all rows would carry
    and sort every row for them. -#}
{% macro _contests(typed) -%}
        select
            versioned.source_account,
            versioned.source_file,
            versioned.source_row,
            versioned.first_delivered_id,
            versioned.version = versioned.newest_version as is_newest_version,
            row_number() over (
                partition by versioned.source_account, versioned.contest_key, versioned.delivered_id
                order by versioned.row_version desc nulls last, versioned.source_file, versioned.source_row
            ) as copy_number,
            versioned.payload_hash = first_value(versioned.payload_hash) over (
                partition by versioned.source_account, versioned.contest_key, versioned.delivered_id
                order by versioned.row_version desc nulls last, versioned.source_file, versioned.source_row
            ) as is_newest_content,
            -- Only rows that share the newest sync time can conflict with one another.
            min(case when versioned.version = versioned.newest_version then versioned.payload_hash end)
                over (partition by versioned.source_account, versioned.contest_key, versioned.delivered_id)
            <> max(case when versioned.version = versioned.newest_version then versioned.payload_hash end)
                over (partition by versioned.source_account, versioned.contest_key, versioned.delivered_id) as has_conflict

        from (
            select
                contested.*,
                max(contested.version)
                    over (partition by contested.source_account, contested.contest_key, contested.delivered_id)
                    as newest_version,
                first_value(contested.delivered_id) over (
                    partition by contested.source_account, contested.contest_key
                    order by
                        case when contested.delivered_id = contested.row_id then 0 else 1 end,
                        contested.delivered_id
                ) as first_delivered_id

            from (
                select
                    rivals.source_account,
                    rivals.source_file,
                    rivals.source_row,
                    rivals.row_id,
                    rivals.delivered_id,
                    rivals.row_version,
                    rivals.payload_hash,
                    coalesce(rivals.row_version, cast('1900-01-01 00:00:00' as timestamp)) as version,
                    repeated.contest_key

                from {{ typed }} as rivals

                inner join (
                    select
                        source_account,
                        coalesce(lower(row_id), '') as contest_key
                    from {{ typed }}
                    group by source_account, coalesce(lower(row_id), '')
                    having count(*) > 1
                ) as repeated
                    on rivals.source_account = repeated.source_account
                    and coalesce(lower(rivals.row_id), '') = repeated.contest_key

                where rivals.problem is null
            ) as contested
        ) as versioned
{%- endmacro %}
