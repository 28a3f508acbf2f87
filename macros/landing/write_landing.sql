{#- The result: the three tables of schema landing, and a view a raw table. -#}


{#-
    landing.files_in_order is what the views need to know of each file: whose it is, how many rows
    of its view come before it, and which row (if any) is left out because it may be cut short.
-#}
{% macro write_landing_tables() %}
create or replace temp table landing_read_files as
with

files as (

    select
        files.*,
        scans.column_names,
        scans.shape,
        scans.row_count as split_row_count,
        scans.is_end_checked,
        scans.has_final_newline,
        scans.last_line,
        scans.last_line_number,
        trim(scans.last_cell) as last_cell,
        scans.row_count > 0
        and not scans.has_final_newline
        and scans.path not in (
            select path from landing.scanned_lines where is_end_of_file
        ) as is_last_row_open
    from landing_files as files
    inner join landing.scanned_files as scans on files.path = scans.path
    where files.why_not_read is null

)

select
    *,
    -- A last cell in quotes is whole. A number or date that lost its last digits still reads as
    -- one, and an amount that is gone altogether reads as none.
    case
        when is_last_row_open and last_cell = ''
            then 'last line has no line end and ends in an empty cell: it may be cut short'
        when is_last_row_open and regexp_matches(last_cell, '^[-+0-9.][-+0-9.:/eTZ ]*$')
            then 'last line has no line end and ends in a number: it may be cut short'
    end as cut_reason,
    case when cut_reason is not null then split_row_count end as cut_row
from files;

create or replace table landing.files_in_order as
select
    path,
    source_system,
    source_account,
    raw_table,
    source_file,
    shape,
    column_names,
    file_format,
    coalesce(sum(split_row_count) over (
        partition by source_system, raw_table, shape order by source_file
        rows between unbounded preceding and 1 preceding
    ), 0)::bigint as rows_before,
    cut_row
from landing_read_files;

create or replace table landing.landed_files as
select
    source_system,
    source_account,
    raw_table,
    source_file,
    file_bytes::bigint as file_bytes,
    (split_row_count - (cut_row is not null)::int)::bigint as row_count
from landing_read_files
order by source_system, source_file;

create or replace table landing.rejected_lines as
select source_system, source_account, raw_table, source_file, line_number, reason, line_text
from (
    select files.*, lines.line_number, lines.reason, lines.line_text
    from landing_read_files as files
    inner join landing.scanned_lines as lines on files.path = lines.path

    union all

    select files.*, last_line_number as line_number, cut_reason as reason, last_line as line_text
    from landing_read_files as files
    where cut_reason is not null
)
order by source_system, source_file, line_number;

create or replace table landing.landing_notes as
select source_system, source_account, raw_table, source_file, note
from (
    select
        tables.source_system,
        null::varchar as source_account,
        tables.raw_table,
        null::varchar as source_file,
        'no file of this optional table: it is empty' as note
    from landing_tables as tables
    where not exists (
        select 1
        from landing_read_files as files
        where files.source_system = tables.source_system and files.raw_table = tables.raw_table
    )

    union all

    select source_system, source_account, raw_table, source_file, why_not_read as note
    from landing_files
    where why_not_read is not null

    union all

    select
        source_system,
        source_account,
        raw_table,
        source_file,
        case
            when not is_end_checked
                then 'too big to see whether its last line is complete: its line ends are of'
                || ' more than one kind'
            when cut_reason is not null
                then 'no line end after the last line, which is left out: it may be cut short'
            else 'no line end after the last line, which is read as complete'
        end as note
    from landing_read_files
    where not (has_final_newline and is_end_checked)

    union all

    select
        files.source_system,
        files.source_account,
        files.raw_table,
        files.source_file,
        'the optional column ' || columns.column_name || ' is missing; is it '
        || {{ similar_column('files.column_names', 'columns.column_name', 'listed.names') }}
        || '?' as note
    from landing_read_files as files
    inner join landing_columns as columns
        on files.source_system = columns.source_system
        and files.raw_table = columns.raw_table
    inner join ({{ listed_columns() }}) as listed
        on files.source_system = listed.source_system
        and files.raw_table = listed.raw_table
    where not columns.is_required
        and not list_contains(
            list_transform(files.column_names, lambda name: lower(trim(name))),
            lower(columns.column_name)
        )
)
where note is not null
order by source_system, source_file, raw_table
{% endmacro %}


{#-
    One statement for all views. A view is the union of one read for each shape that its files
    have (usually one), each listing the columns explicitly.
-#}
{% macro create_raw_views() %}
    {% set reads = run_query(reads_of_views()).rows %}
    {% set statements = [] %}
    {% for table in raw_tables() %}
        {% set schema = adapter.quote('raw_' ~ table.system) %}
        {% do statements.append('create schema if not exists ' ~ schema) %}
        {% set selects = [] %}
        {% for read in reads
            if read['source_system'] == table.system and read['raw_table'] == table.name %}
            {% do selects.append(
                select_from_csv(read) if read['file_format'] == 'csv' else select_from_parquet(read)
            ) %}
        {% endfor %}
        {% do statements.append(
            'create or replace view ' ~ schema ~ '.' ~ adapter.quote(table.name) ~ ' as\n'
            ~ (selects or [select_nothing(table)]) | join('\nunion all\n')
        ) %}
    {% endfor %}
    {% if statements %}
        {% do run_query(statements | unique | join(';\n')) %}
    {% endif %}
{% endmacro %}


{#-
    One row a view and shape: its columns and its files as SQL. Every column comes as text, and
    empty text is nothing, as it is in CSV.
-#}
{% macro reads_of_views() %}
with

reads as (

    select
        source_system,
        raw_table,
        file_format,
        shape,
        any_value(column_names) as column_names,
        string_agg(
            '''' || replace({{ as_pattern('path') }}, '''', '''''') || '''',
            ', ' order by source_file
        ) as paths
    from landing.files_in_order
    group by source_system, raw_table, file_format, shape

),

bound as (

    select
        reads.source_system,
        reads.raw_table,
        reads.file_format,
        reads.shape,
        columns.column_position,
        list_position(
            list_transform(reads.column_names, lambda name: lower(trim(name))),
            lower(columns.column_name)
        ) as place,
        '"' || replace(columns.column_name, '"', '""') || '"' as view_column,
        '"' || replace(reads.column_names[place], '"', '""') || '"' as file_column,
        case
            when place is null then 'null::varchar'
            when reads.file_format = 'csv' then 'lines.c' || place
            else 'nullif(cast(lines.' || file_column || ' as varchar), '''')'
        end || ' as ' || view_column as select_item
    from reads
    inner join landing_columns as columns
        on reads.source_system = columns.source_system
        and reads.raw_table = columns.raw_table

)

select
    reads.source_system,
    reads.raw_table,
    reads.file_format,
    len(any_value(reads.column_names)) as width,
    string_agg(bound.select_item, ', ' order by bound.column_position) as select_items,
    any_value(reads.paths) as paths
from reads
inner join bound
    on reads.source_system = bound.source_system
    and reads.raw_table = bound.raw_table
    and reads.shape = bound.shape
group by reads.source_system, reads.raw_table, reads.file_format, reads.shape
order by reads.source_system, reads.raw_table, reads.shape
{% endmacro %}


{#-
    DuckDB does not number the rows of a CSV file. It keeps them in the order of the list of files
    and of the lines, so that a running number less the rows of the files before is the row's own.
    (Rejected lines are no rows: they are not counted.)
-#}
{% macro select_from_csv(read) %}
select
    {{ read['select_items'] }},
    files.source_account as _source_account,
    files.source_file as _source_file,
    lines.row_in_list - files.rows_before as _source_row
from (
    select *, row_number() over () as row_in_list
    from read_csv([{{ read['paths'] }}], {{ csv_options(read['width'] | int) }})
) as lines
inner join landing.files_in_order as files on lines.landed_path = files.path
where files.cut_row is null or lines.row_in_list - files.rows_before != files.cut_row
{%- endmacro %}


{#- Old writers do not mark text as text: `binary_as_string` reads it as such. -#}
{% macro select_from_parquet(read) %}
select
    {{ read['select_items'] }},
    files.source_account as _source_account,
    files.source_file as _source_file,
    lines.file_row_number + 1 as _source_row
from read_parquet(
    [{{ read['paths'] }}], filename = 'landed_path', file_row_number = true,
    hive_partitioning = false, binary_as_string = true
) as lines
inner join landing.files_in_order as files on lines.landed_path = files.path
{%- endmacro %}


{% macro select_nothing(table) %}
select
    {% for column in table.columns %}
    null::varchar as {{ adapter.quote(column.name) }},
    {% endfor %}
    null::varchar as _source_account,
    null::varchar as _source_file,
    null::bigint as _source_row
where false
{%- endmacro %}


{#-
    landing.declared_rows: what the sender says was delivered (`_manifest.csv` beside the files, all
    columns but `table` optional), by system, account and table. The runner refuses a file that is not
    what was declared; here the declaration is kept, so that it can be laid beside what was staged.
-#}
{% macro list_manifests(root) %}
set variable landing_manifest_patterns = (
    select coalesce(list({{ as_pattern(sql_text(root)) }} || '/' || source_system || level), [])
    from (select distinct source_system from landing_tables)
    cross join (select unnest(['/_manifest.csv', '/*/_manifest.csv']) as level)
);
set variable landing_manifests = (
    select coalesce(list({{ as_pattern('file') }}), [])
    from glob(getvariable('landing_manifest_patterns'))
);
{% endmacro %}


{% macro read_declared_rows(root) %}
create or replace table landing.declared_rows (
    source_system varchar, source_account varchar, raw_table varchar, row_count bigint
);
{% if is_any("(select unnest(getvariable('landing_manifests')) as path)") %}
insert into landing.declared_rows
with

-- A column that no manifest has is there all the same.
declarations as (

    select
        null::varchar as "table",
        null::varchar as rows,
        null::varchar as manifest_path
    where false
    union all by name
    select * from read_csv(
        getvariable('landing_manifests'), all_varchar = true, header = true, delim = ',',
        quote = '"', escape = '"', union_by_name = true, ignore_errors = true,
        hive_partitioning = false, filename = 'manifest_path'
    )

),

placed as (

    select
        string_split(substr(manifest_path, length({{ sql_text(root) }}) + 2), '/') as steps,
        trim("table") as raw_table,
        try_cast(trim(rows) as bigint) as row_count
    from declarations

)

select
    landing_tables.source_system,
    case when len(placed.steps) = 2 then 'default' else placed.steps[2] end as source_account,
    landing_tables.raw_table,
    sum(placed.row_count)::bigint as row_count
from placed
inner join landing_tables
    on placed.steps[1] = landing_tables.source_system
    and placed.raw_table = landing_tables.raw_table
group by all
-- A file that no count was declared for leaves the table's count unknown.
having count(placed.row_count) = count(*)
order by all;
{% endif %}
{% endmacro %}
