{#-
    Looking into the files: header, tail, lines that are not rows.

    What is found is kept in `landing.scanned_files` (one row a file) and `landing.scanned_lines`
    (one row a line that could not be split), and found again there as long as path, size and time
    of change stay the same, so that a run over unchanged files does not read them twice. Both
    hold only what the file itself says: the source YAML may change without a new scan.
-#}

{#- Change this when scanned_files or scanned_lines get other columns or another meaning. -#}
{% macro scan_rules() %}{{ return('landing scan 1') }}{% endmacro %}

{#-
    Files up to this size are held in memory for a moment, one at a time, to see how they begin
    and end. DuckDB cannot read a part of a file, so bigger ones are read once more as plain lines.
-#}
{% macro small_file_bytes() %}{{ return(64 * 1024 * 1024) }}{% endmacro %}

{#- A header line longer than this is no header line. -#}
{% macro header_bytes() %}{{ return(65536) }}{% endmacro %}


{#-
    The one CSV dialect; nothing is sniffed. Cells are named by their position (c1, c2, …), because
    a header may hold any names. `ignore_errors` leaves out the lines that cannot be split into
    cells: the scan collects them.
-#}
{% macro csv_options(column_count) %}
auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', nullstr = '',
    strict_mode = true, ignore_errors = true, hive_partitioning = false, filename = 'landed_path',
    columns = { {%- for n in range(1, column_count + 1) -%}
        'c{{ n }}': 'VARCHAR'{{ ', ' if not loop.last }}
    {%- endfor -%} }
{% endmacro %}


{#- Every line of a file as it stands, whatever is in it. -#}
{% macro plain_line_options() %}
auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', strict_mode = false,
    ignore_errors = true, hive_partitioning = false, filename = 'landed_path',
    columns = {'line': 'VARCHAR'}
{% endmacro %}


{% macro scan_changed_files() %}
    {% do run_query(find_changed_files()) %}
    {% do run_query(look_at_small_files()) %}
    {% if is_any('landing_changed_files where is_big_csv') %}
        {% do run_query(look_at_big_csv_files()) %}
    {% endif %}
    {% do run_query(read_csv_headers()) %}
    {% if is_any("landing_changed_files where file_format = 'parquet'") %}
        {% do run_query(read_parquet_footers()) %}
    {% endif %}
    {% do count_csv_rows() %}
    {% do run_query(keep_scans()) %}
{% endmacro %}


{% macro is_any(relation_and_filter) %}
    {% set found = run_query('select count(*) from (from ' ~ relation_and_filter ~ ' limit 1)') %}
    {{ return(found.columns[0].values()[0] > 0) }}
{% endmacro %}


{#- Scans that were kept under other rules are thrown away, and everything is scanned again. -#}
{% macro forget_other_scans() %}
    {% set comments %}
        select comment from duckdb_tables()
        where database_name = current_database() and schema_name = 'landing'
            and table_name = 'scanned_files'
    {% endset %}
    {% set kept = run_query(comments).columns[0].values() %}
    {% if kept | length == 0 or kept[0] != scan_rules() %}
        {% set empty_scans %}
            create schema if not exists landing;
            create or replace table landing.scanned_files (
                path varchar, file_bytes bigint, modified_at timestamptz, scanned_at timestamptz,
                damage varchar, header varchar, column_names varchar[], shape varchar,
                row_count bigint, is_end_checked boolean, has_final_newline boolean,
                last_line varchar, last_line_number bigint, last_cell varchar
            );
            create or replace table landing.scanned_lines (
                path varchar, line_number bigint, line_text varchar, what varchar, reason varchar,
                is_end_of_file boolean
            );
            comment on table landing.scanned_files is {{ sql_text(scan_rules()) }};
        {% endset %}
        {% do run_query(empty_scans) %}
    {% endif %}
{% endmacro %}


{% macro find_changed_files() %}
create or replace temp table landing_changed_files as
select
    files.path,
    files.file_format,
    files.file_bytes,
    files.modified_at,
    files.listed_at,
    files.file_format = 'csv' and files.file_bytes > {{ small_file_bytes() }} as is_big_csv
from landing_files as files
left join landing.scanned_files as scans
    on files.path = scans.path
    and files.file_bytes = scans.file_bytes
    and files.modified_at = scans.modified_at
    -- Times of change are whole seconds: a file may have changed again in the second of its scan.
    and files.modified_at < scans.scanned_at - interval 2 seconds
where scans.path is null
    and files.why_not_read is null;

set variable landing_paths = (
    select coalesce(list({{ as_pattern('path') }}), [])
    from landing_changed_files
    where file_bytes <= {{ small_file_bytes() }}
);
{% endmacro %}


{#-
    landing_looks: how each changed file begins and ends. Bytes that are no text are written as
    \xNN when a blob is cast, and a cast back gives the bytes again: that is how a line can be cut
    out of a file that may not be text at all.
-#}
{% macro look_at_small_files() %}
create or replace temp table landing_looks as
with

contents as (

    select
        filename as path,
        filename like '%.csv' as is_csv,
        size,
        content[1:4] = 'PAR1'::blob and content[-4:] = 'PAR1'::blob as has_parquet_marks,
        content[-1:] in ('\x0A'::blob, '\x0D'::blob) as has_final_newline,
        content[1:{{ header_bytes() }}]::varchar as beginning,
        content[-{{ header_bytes() }}:]::varchar as ending,
        case when is_csv then try(decode(content)) end as text
    from read_blob(getvariable('landing_paths'))

),

cut as (

    select
        *,
        split_part(split_part(beginning, '\x0A', 1), '\x0D', 1) as first_line,
        string_split(replace(ending, '\x0D', '\x0A'), '\x0A')[-1] as last_line,
        -- Cells in quotes may hold line ends of any kind. Few files have a \r at all.
        case
            when contains(text, chr(13)) then
                regexp_replace(text, '(^|[,\r\n]) *"(?:[^"]|"")*"', '\1', 'g')
        end as text_with_cr
    from contents

)

select
    path,
    try(decode(first_line::blob)) as header,
    case
        when size = 0 then 'the file is empty: it has 0 bytes, not even a header line'
        when not is_csv and not has_parquet_marks then
            'the file cannot be read as Parquet: it is truncated or something else'
            || ' (no PAR1 at its beginning and end). Extract it again'
        when not is_csv then null
        when contains(first_line, '\x00') then
            'line 1: the file cannot be decoded as UTF-8: the header line has NUL bytes, as in'
            || ' UTF-16. Save it as UTF-8'
        when try(decode(first_line::blob)) is null then
            'line 1: the file cannot be decoded as UTF-8: ' || first_line || '. Save it as UTF-8'
        when size > {{ header_bytes() }} and strlen(first_line) >= {{ header_bytes() }} then
            'line 1: the header line is over-long (more than {{ header_bytes() }} bytes)'
        when contains(text_with_cr, chr(10)) and contains(text_with_cr, chr(13)) and (
            regexp_matches(text_with_cr, '(^|[^\r])\n')
            or regexp_matches(text_with_cr, '\r($|[^\n])')
        ) then
            'the line ends are mixed (\n, \r\n or \r outside quotes): pieces of different origin'
            || ' may have been joined. Write all lines with the same line end'
    end as damage,
    true as is_end_checked,
    has_final_newline,
    case
        when is_csv and not has_final_newline then
            coalesce(try(decode(last_line::blob)), last_line)
    end as last_line,
    case
        when is_csv and not has_final_newline then
            1 + greatest(
                strlen(text) - strlen(replace(text, chr(10), '')),
                strlen(text) - strlen(replace(text, chr(13), ''))
            )
    end as last_line_number
from cut
{% endmacro %}


{#-
    Whether a big file ends with a line end shows in its size: it is the text of its lines plus one
    or two bytes a line, and three for a byte order mark. Where quoted cells hold other line ends
    than the lines have, that does not come out even, and a landing note says so.
-#}
{% macro look_at_big_csv_files() %}
set variable landing_paths = (
    select list({{ as_pattern('path') }}) from landing_changed_files where is_big_csv
);
insert into landing_looks
with

numbered as (

    select
        landed_path as path,
        coalesce(line, '') as line,
        row_number() over () as line_number
    from read_csv(getvariable('landing_paths'), {{ plain_line_options() }})

),

measured as (

    select
        path,
        count(*) as line_count,
        sum(strlen(line)) as text_bytes,
        arg_min(line, line_number) as first_line,
        arg_max(line, line_number) as last_line
    from numbered
    group by path

),

compared as (

    select
        measured.*,
        files.file_bytes - text_bytes as other_bytes,
        other_bytes in (line_count, line_count + 3, 2 * line_count, 2 * line_count + 3)
            as has_final_newline,
        other_bytes in (line_count - 1, line_count + 2, 2 * line_count - 2, 2 * line_count + 1)
            as lacks_final_newline
    from measured
    inner join landing_changed_files as files on measured.path = files.path

)

select
    path,
    first_line as header,
    case
        when contains(first_line, chr(0)) then
            'line 1: the file cannot be decoded as UTF-8: the header line has NUL bytes, as in'
            || ' UTF-16. Save it as UTF-8'
    end as damage,
    has_final_newline or lacks_final_newline as is_end_checked,
    not lacks_final_newline as has_final_newline,
    case when lacks_final_newline then last_line end as last_line,
    case when lacks_final_newline then line_count end as last_line_number
from compared
{% endmacro %}


{#-
    landing_headers: the columns of each changed file. `shape` is equal for files that one
    read_csv or read_parquet may read together.
-#}
{% macro read_csv_headers() %}
create or replace temp table landing_headers as
with

without_mark as (

    select
        path,
        damage,
        ltrim(header, chr(65279)) as header
    from landing_looks
    where path like '%.csv'

),

split_up as (

    select
        *,
        -- With a comma in front, each cell begins with one, and none is found at the end.
        regexp_extract_all(',' || header, ',( *"(?:[^"]|"")*" *|[^,"]*)') as pieces
    from without_mark

)

select
    path,
    coalesce(
        damage,
        case
            when trim(header) = '' then
                'line 1: the header line is empty. The first line must name the columns'
            when array_to_string(pieces, '') != ',' || header then
                'line 1: the header line has a quote that is not closed: ' || header
        end
    ) as damage,
    header,
    list_transform(
        pieces,
        lambda piece: trim(replace(
            regexp_replace(trim(piece[2:]), '^"((?:[^"]|"")*)"$', '\1'), '""', '"'
        ))
    ) as column_names,
    'csv ' || header as shape,
    null::bigint as row_count
from split_up
{% endmacro %}


{% macro read_parquet_footers() %}
    {% set choose_readable %}
        insert into landing_headers
        select path, damage, null, null, null, null
        from landing_looks
        where path like '%.parquet' and damage is not null;
        set variable landing_paths = (
            select coalesce(list({{ as_pattern('path') }}), [])
            from landing_changed_files
            where file_format = 'parquet' and path not in (select path from landing_headers)
        )
    {% endset %}
    {#- A footer that is damaged all the same stops the run with DuckDB's own error. -#}
    {% set read_footers %}
        insert into landing_headers
        with

        nodes as (

            -- A Parquet schema is a tree written row by row, parents first. `pending` counts the
            -- nodes announced by their parents but not written yet.
            select
                *,
                1 + sum(coalesce(num_children, 0) - 1) over (
                    partition by file_name order by column_id
                    rows between unbounded preceding and 1 preceding
                ) as pending
            from parquet_schema(getvariable('landing_paths'))

        ),

        ranked as (

            -- Inside a nested column more nodes are pending than ever were at its start.
            select
                *,
                pending < coalesce(
                    min(pending) over (
                        partition by file_name order by column_id
                        rows between unbounded preceding and 1 preceding
                    ),
                    pending + 1
                ) as is_column
            from nodes
            where pending is not null

        ),

        schemas as (

            select
                file_name,
                list(name order by column_id) filter (where is_column) as column_names,
                string_agg(concat_ws(' ', name, duckdb_type), ', ' order by column_id) as shape
            from ranked
            group by file_name

        )

        select
            schemas.file_name as path,
            null as damage,
            array_to_string(schemas.column_names, ',') as header,
            schemas.column_names,
            'parquet ' || schemas.shape as shape,
            footers.num_rows as row_count
        from schemas
        inner join parquet_file_metadata(getvariable('landing_paths')) as footers
            on schemas.file_name = footers.file_name
    {% endset %}
    {% do run_query(choose_readable) %}
    {% if is_any("(select unnest(getvariable('landing_paths')))") %}
        {% do run_query(read_footers) %}
    {% endif %}
{% endmacro %}


{#-
    Counts the rows of each changed CSV file and collects the lines that are none. Files of any
    table with the same number of columns go through one statement. Each column is counted, since
    DuckDB decodes (and so checks) only the columns that a query reads.
-#}
{% macro count_csv_rows() %}
    {% set prepare %}
        drop table if exists temp.landing_errors;
        drop table if exists temp.landing_scans;
        create or replace temp table landing_row_counts (
            path varchar, row_count bigint, cell_count bigint
        );
        create or replace temp table landing_lines (
            path varchar, line_start bigint, line_number bigint, line_text varchar, what varchar,
            reason varchar
        )
    {% endset %}
    {% do run_query(prepare) %}
    {% set widths %}
        select distinct len(column_names) as width
        from landing_headers
        where shape like 'csv %' and damage is null
        order by width
    {% endset %}
    {% set widths = run_query(widths).columns[0].values() %}
    {% for width in widths %}
        {% set scan %}
            set variable landing_paths = (
                select list({{ as_pattern('path') }})
                from landing_headers
                where shape like 'csv %' and damage is null and len(column_names) = {{ width }}
            );
            insert into landing_row_counts
            select
                landed_path,
                count(*),
                {% for n in range(1, width | int + 1) %}{{ ' + ' if not loop.first }}count(c{{ n }})
                {%- endfor %}
            from read_csv(
                getvariable('landing_paths'), {{ csv_options(width | int) }},
                store_rejects = true, rejects_limit = 0,
                rejects_table = 'landing_errors', rejects_scan = 'landing_scans'
            )
            group by landed_path
        {% endset %}
        {% do run_query(scan) %}
    {% endfor %}
    {% if widths and is_any('landing_errors') %}
        {% do run_query(collect_lines()) %}
        {% do run_query(find_line_numbers()) %}
    {% endif %}
{% endmacro %}


{#- landing_lines: one row a line that is no row. DuckDB reports every wrong cell of it. -#}
{% macro collect_lines() %}
insert into landing_lines
with

errors as (

    select
        scans.file_path as path,
        -- In files with \r\n DuckDB counts the \n before the line, and blank lines, to the line.
        ltrim(errors.csv_line, chr(10) || chr(13)) as line_text,
        errors.line_byte_position + strlen(errors.csv_line) - strlen(line_text) as line_start,
        errors.line,
        errors.error_type::varchar as error_type,
        errors.error_message,
        regexp_extract(errors.error_message, 'Columns: (\d+)', 1) as expected_cells,
        try_cast(regexp_extract(errors.error_message, 'Found: (\d+)', 1) as bigint) as found_cells
    from landing_errors as errors
    inner join landing_scans as scans
        on errors.scan_id = scans.scan_id
        and errors.file_id = scans.file_id

),

lines as (

    select
        path,
        line_start,
        min(line) as line_number,
        min(line_text) as line_text,
        bool_or(error_type = 'INVALID ENCODING') as is_undecodable,
        bool_or(error_type = 'UNQUOTED VALUE') as has_open_quote,
        bool_or(error_type = 'LINE SIZE OVER MAXIMUM') as is_over_long,
        bool_or(error_type = 'TOO MANY COLUMNS') as has_too_many_cells,
        bool_or(error_type = 'MISSING COLUMNS') as has_too_few_cells,
        max(expected_cells) as expected_cells,
        max(found_cells) as most_cells,
        min(found_cells) as fewest_cells,
        min(error_message) as error_message
    from errors
    group by path, line_start

)

select
    path,
    line_start,
    line_number,
    line_text,
    case
        when is_undecodable then 'undecodable'
        when has_open_quote then 'open quote'
        when is_over_long then 'over-long'
        when has_too_many_cells then 'too many cells'
        when has_too_few_cells then 'too few cells'
        else 'unreadable'
    end as what,
    case what
        when 'too many cells'
            then 'too many cells: ' || most_cells || ' instead of ' || expected_cells
        when 'too few cells'
            then 'too few cells: ' || fewest_cells || ' instead of ' || expected_cells
        else error_message
    end as reason
from lines
{% endmacro %}


{#-
    DuckDB numbers records; an editor numbers lines, and a record may span several. The place in
    the file decides. (In files too big to be held in memory the number of the record stays.)
-#}
{% macro find_line_numbers() %}
set variable landing_paths = (
    select coalesce(list({{ as_pattern('path') }}), [])
    from landing_changed_files
    where file_bytes <= {{ small_file_bytes() }} and path in (select path from landing_lines)
);
update landing_lines
set line_number = lines_of_files.line_number
from (
    with

    contents as (

        select filename as path, string_split(content::varchar, '\x0A') as pieces
        from read_blob(getvariable('landing_paths'))

    ),

    lines as (

        select
            path,
            unnest(pieces) as line,
            generate_subscripts(pieces, 1) as line_number
        from contents

    )

    select
        path,
        line_number,
        1 + coalesce(sum(octet_length(line::blob) + 1) over (
            partition by path order by line_number rows between unbounded preceding and 1 preceding
        ), 0) as line_start
    from lines
) as lines_of_files
where landing_lines.path = lines_of_files.path
    and landing_lines.line_start = lines_of_files.line_start
{% endmacro %}


{#-
    Files that are gone leave nothing behind. The lines are written before the file that they are
    of: a run that is killed in between leaves lines of a file that counts as not scanned.
-#}
{% macro keep_scans() %}
delete from landing.scanned_files
where path in (select path from landing_changed_files)
    or path not in (select path from landing_files);
delete from landing.scanned_lines
where path not in (select path from landing.scanned_files);
insert into landing.scanned_lines
select
    lines.path,
    lines.line_number,
    lines.line_text,
    lines.what,
    lines.reason,
    lines.line_start - 1 + strlen(lines.line_text) >= files.file_bytes as is_end_of_file
from landing_lines as lines
inner join landing_changed_files as files on lines.path = files.path;
insert into landing.scanned_files
select
    files.path,
    files.file_bytes,
    files.modified_at,
    files.listed_at as scanned_at,
    headers.damage,
    headers.header,
    headers.column_names,
    headers.shape,
    coalesce(headers.row_count, counts.row_count, 0) as row_count,
    coalesce(looks.is_end_checked, true) as is_end_checked,
    coalesce(files.file_format = 'parquet' or looks.has_final_newline, true) as has_final_newline,
    looks.last_line,
    looks.last_line_number,
    regexp_extract(looks.last_line, '[^,]*$') as last_cell
from landing_changed_files as files
inner join landing_headers as headers on files.path = headers.path
left join landing_looks as looks on files.path = looks.path
left join landing_row_counts as counts on files.path = counts.path
{% endmacro %}
