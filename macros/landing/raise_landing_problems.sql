{#-
    What cannot be landed. All problems of all systems are collected and shown in one message, each
    naming the system, the file (relative to RAW_ROOT), the column or line, and what to do.
-#}

{#- More than this are counted, not shown. -#}
{% macro problems_shown() %}{{ return(100) }}{% endmacro %}


{% macro raise_landing_problems(root) %}
    {% set problems = run_query(landing_problems(root)).rows %}
    {% if problems | length > 0 %}
        {% set lines = [] %}
        {% for problem in problems[:problems_shown()] %}
            {% do lines.append('  ' ~ problem['source_system'] ~ ': ' ~ problem['problem']) %}
        {% endfor %}
        {% if problems | length > problems_shown() %}
            {% do lines.append('  … and ' ~ (problems | length - problems_shown()) ~ ' more') %}
        {% endif %}
        {% do exceptions.raise_compiler_error(
            'The raw files cannot be landed: ' ~ problems | length ~ ' problem'
            ~ ('s' if problems | length > 1) ~ '. Nothing was built. (RAW_ROOT is ' ~ root ~ ')\n'
            ~ lines | join('\n')
        ) %}
    {% endif %}
{% endmacro %}


{% macro landing_problems(root) %}
with

files as (

    select
        files.*,
        scans.damage,
        scans.header,
        scans.column_names
    from landing_files as files
    inner join landing.scanned_files as scans on files.path = scans.path
    where files.why_not_read is null

),

systems as (

    select
        tables.source_system,
        count(files.path) filter (where files.why_not_read is null) as file_count,
        -- Most likely a table under a wrong name.
        list(files.source_file order by files.source_file) filter (
            where files.raw_table is null and files.path is not null
        ) as unknown_files
    from (select distinct source_system from landing_tables) as tables
    left join landing_files as files on tables.source_system = files.source_system
    group by tables.source_system

),

empty_systems as (

    select
        source_system,
        null as source_file,
        0 as rank,
        'the system is switched on but no file of its tables is below ' || {{ sql_text(root) }}
        || '/' || source_system
        || coalesce(' (only ' || array_to_string(unknown_files[:5], ', ') || ')', '')
        || '. Put its extract there, or switch it off: ' || source_system
        || ': false under systems in vars.yml, or --vars ''{systems_off: ['
        || source_system || ']}''' as problem
    from systems
    where file_count = 0

),

-- A table may lie at system level, or in the folder of each account.
places as (

    select distinct
        source_system,
        source_account
    from files
    where source_account != 'default'

    union

    select distinct
        source_system,
        'default' as source_account
    from landing_tables
    where source_system not in (select source_system from files where source_account != 'default')

),

missing_tables as (

    select
        tables.source_system,
        null as source_file,
        1 as rank,
        concat_ws(
            '/',
            tables.source_system, nullif(places.source_account, 'default'), tables.raw_table
        ) as place,
        'no file of the table ' || tables.raw_table || ': expected ' || place || '.csv, '
        || place || '.parquet or a folder ' || place || '/ of parts'
        || coalesce('. Is it ' || list_filter(
            systems.unknown_files,
            lambda unknown: jaro_winkler_similarity(
                regexp_replace(unknown, '^.*/|\.[^/]*$', '', 'g'), tables.raw_table
            ) > 0.85
        )[1] || '?', '')
        || ' A table without rows is a file of a header line only' as problem
    from landing_tables as tables
    inner join places on tables.source_system = places.source_system
    inner join systems on tables.source_system = systems.source_system
    where not tables.is_optional
        and systems.file_count > 0
        and not exists (
            select 1
            from files
            where files.source_system = tables.source_system
                and files.raw_table = tables.raw_table
                and files.source_account in (places.source_account, 'default')
        )

),

nested_parts as (

    select
        source_system,
        source_file,
        2 as rank,
        source_file || ': a part of the table ' || raw_table || ' lies in a folder below the'
        || ' table''s folder. Put all parts into ' || regexp_replace(delivery, '[*].*$', '')
        as problem
    from landing_files
    where is_nested_part

),

delivered_twice as (

    select
        source_system,
        min(source_file) as source_file,
        2 as rank,
        'the table ' || raw_table
        || coalesce(' of the account ' || nullif(source_account, 'default'), '')
        || ' is delivered more than once: ' || string_agg(distinct delivery, ', ' order by delivery)
        || '. Keep one of them: its rows would count twice' as problem
    from files
    group by source_system, source_account, raw_table
    having count(distinct delivery) > 1

),

damaged_files as (

    select
        source_system,
        source_file,
        3 as rank,
        source_file || ': ' || damage as problem
    from files
    where damage is not null

),

headers as (

    select
        source_system,
        raw_table,
        header,
        column_names,
        min(source_file) as source_file,
        count(*) as file_count
    from files
    where damage is null
    group by source_system, raw_table, header, column_names

),

bound_columns as (

    select
        headers.source_system,
        headers.source_file
        || case when file_count > 1 then ' (and ' || file_count - 1 || ' more)' else '' end
        as source_file,
        headers.header,
        headers.column_names,
        columns.column_name,
        columns.is_required,
        len(list_filter(
            column_names, lambda name: lower(trim(name)) = lower(columns.column_name)
        )) as times,
        {{ similar_column('column_names', 'columns.column_name', 'listed.names') }} as similar_name
    from headers
    inner join landing_columns as columns
        on headers.source_system = columns.source_system
        and headers.raw_table = columns.raw_table
    inner join ({{ listed_columns() }}) as listed
        on headers.source_system = listed.source_system
        and headers.raw_table = listed.raw_table

),

missing_columns as (

    select
        source_system,
        source_file,
        4 as rank,
        source_file || ': the required column ' || column_name || ' is missing'
        || coalesce(' (is it ' || similar_name || '?)', '')
        || '. The header line is: ' || left(header, 400)
        || case
            when len(column_names) = 1 and regexp_matches(header, '[;\t|]')
                then '. Cells must be separated by commas'
            else ''
        end as problem
    from bound_columns
    where is_required and times = 0

),

doubled_columns as (

    select
        source_system,
        source_file,
        4 as rank,
        source_file || ': the column ' || column_name || ' is in the header ' || times
        || ' times. Keep the one that is meant. The header line is: ' || left(header, 400)
        as problem
    from bound_columns
    where times > 1

),

broken_lines as (

    -- One problem a file and kind, at the first such line.
    select
        files.source_system,
        files.source_file,
        5 as rank,
        files.source_file || ', line ' || min(lines.line_number)
        || case when count(*) > 1 then ' (and ' || count(*) - 1 || ' more)' else '' end || ': '
        || case
            when lines.what = 'undecodable' then
                'the file cannot be decoded as UTF-8. Save it as UTF-8'
            when lines.what = 'open quote' then
                'a quote is not closed, or text follows a closing quote: how many rows this'
                || ' swallows is unknown. Quotes inside cells must be doubled; if this is the last'
                || ' line, the file is truncated: extract it again'
            when lines.what = 'over-long' then
                'the line is over-long (more than 2,000,000 bytes): a quote or a line end may be'
                || ' missing'
            when lines.what = 'too few cells' then
                'the file is truncated: its last line has ' || min(lines.reason)
                || ' and no line end. Extract it again'
            else 'cannot be read: ' || min(lines.reason)
        end
        || '. The line is: ' || left(arg_min(lines.line_text, lines.line_number), 200) as problem
    from files
    inner join landing.scanned_lines as lines on files.path = lines.path
    where files.damage is null
        and lines.what != 'too many cells'
        and (
            lines.what != 'too few cells'
            -- With a line end after it, a short line is one bad line; without, the file was cut.
            or lines.is_end_of_file
        )
    group by files.source_system, files.source_file, lines.what

)

select source_system, problem
from (
    select source_system, source_file, rank, problem from empty_systems
    union all
    select source_system, source_file, rank, problem from missing_tables
    union all
    select source_system, source_file, rank, problem from nested_parts
    union all
    select source_system, source_file, rank, problem from delivered_twice
    union all
    select source_system, source_file, rank, problem from damaged_files
    union all
    select source_system, source_file, rank, problem from missing_columns
    union all
    select source_system, source_file, rank, problem from doubled_columns
    union all
    select source_system, source_file, rank, problem from broken_lines
)
order by source_system, rank, source_file, problem
{% endmacro %}


{#- The columns that the source YAML lists for each table. -#}
{% macro listed_columns() %}
select source_system, raw_table, list(lower(column_name)) as names
from landing_columns
group by source_system, raw_table
{% endmacro %}


{#-
    The column of a header that most likely is the missing one under another name, else null. A
    column that the source YAML lists is itself.
-#}
{% macro similar_column(header, column_name, listed_names) %}
list_filter(
    {{ header }},
    lambda name:
        jaro_winkler_similarity(lower(trim(name)), lower({{ column_name }})) > 0.85
        and not list_contains({{ listed_names }}, lower(trim(name)))
)[1]
{%- endmacro %}
