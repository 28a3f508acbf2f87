{#- What should be there (from the source YAML) and what is there (from the folders). -#}


{#- The enabled sources of dbt's graph, as [{system, name, is_optional, columns: […]}]. -#}
{% macro raw_tables() %}
    {% set tables = [] %}
    {% for source in graph.sources.values() if source.source_name.startswith('raw_') %}
        {% set columns = [] %}
        {% for column in source.columns.values() %}
            {% set meta = (column.get('config') or {}).get('meta') or column.get('meta') or {} %}
            {% do columns.append({
                'name': column.name, 'is_required': meta.get('required', false)
            }) %}
        {% endfor %}
        {% if not columns %}
            {% do exceptions.raise_compiler_error(
                'source ' ~ source.source_name ~ '.' ~ source.name ~ ' lists no columns: '
                ~ 'the landing reads exactly the columns that the source YAML lists'
            ) %}
        {% endif %}
        {% do tables.append({
            'system': source.source_name[4:],
            'name': source.name,
            'is_optional': source.config.meta.get('optional', false),
            'columns': columns
        }) %}
    {% endfor %}
    {{ return(tables) }}
{% endmacro %}


{% macro sql_text(value) %}
    {{- return("'" ~ (value | string | replace("'", "''")) ~ "'") -}}
{% endmacro %}


{#- DuckDB reads every path as a pattern; a name like `charges[1].csv` must mean itself. -#}
{% macro as_pattern(path) %}
    {{- return("regexp_replace(" ~ path ~ ", '([*?\\[])', '[\\1]', 'g')") -}}
{% endmacro %}


{% macro expect_raw_tables() %}
create or replace temp table landing_tables (
    source_system varchar, raw_table varchar, is_optional boolean
);
create or replace temp table landing_columns (
    source_system varchar, raw_table varchar, column_name varchar, column_position int,
    is_required boolean
);
{% for table in raw_tables() %}
    {% set key = sql_text(table.system) ~ ', ' ~ sql_text(table.name) %}
insert into landing_tables values ({{ key }}, {{ table.is_optional }});
insert into landing_columns values
    {% for column in table.columns %}
    ({{ key }}, {{ sql_text(column.name) }}, {{ loop.index }}, {{ column.is_required }})
    {{- ',' if not loop.last else ';' }}
    {% endfor %}
{% endfor %}
{% endmacro %}


{#-
    landing_files: one row a file below the folder of an enabled system, with the table and account
    that its place says it belongs to. It is read unless `why_not_read` says something. `delivery`
    is what an extract delivers a table as: one file, or one folder of parts.
-#}
{% macro list_raw_files(root) %}
-- `**` does not follow links to folders and the single levels do: a linked account is read, too.
set variable landing_patterns = (
    select coalesce(list({{ as_pattern(sql_text(root)) }} || '/' || source_system || level), [])
    from (select distinct source_system from landing_tables)
    cross join (select unnest(['/*', '/*/*', '/*/*/*', '/**']) as level)
);
set variable landing_paths = (
    select coalesce(list(distinct {{ as_pattern('file') }}), [])
    from glob(getvariable('landing_patterns'))
);
create or replace temp table landing_files as
with

tables_of_systems as (

    select source_system, list(raw_table) as raw_tables
    from landing_tables
    group by source_system

),

listed as (

    select
        filename as path,
        size as file_bytes,
        last_modified as modified_at,
        substr(filename, length({{ sql_text(root) }}) + 2) as source_file,
        string_split(source_file, '/') as steps
    from read_blob(getvariable('landing_paths'))

),

placed as (

    select
        listed.*,
        tables_of_systems.source_system,
        tables_of_systems.raw_tables,
        steps[2:-2] as folders,
        regexp_extract(steps[-1], '\.(csv|parquet)$', 1) as extension,
        regexp_replace(steps[-1], '\.(csv|parquet)$', '') as stem,
        -- The step at which a folder of parts would stand: a folder that has a table's name is
        -- that table's, any other one is an account's.
        case
            when list_contains(raw_tables, folders[1]) then 1
            when list_contains(raw_tables, folders[2]) then 2
        end as parts_step
    from listed
    inner join tables_of_systems on listed.steps[1] = tables_of_systems.source_system
    where len(list_filter(steps[2:], lambda step: regexp_matches(step, '^[_.]'))) = 0

),

named as (

    select
        *,
        case
            when parts_step is not null then folders[parts_step]
            when len(folders) <= 1 and list_contains(raw_tables, stem) then stem
        end as named_table,
        case when parts_step = 1 or len(folders) = 0 then 'default' else folders[1] end as account,
        coalesce(len(folders) > parts_step, false) as is_nested_part
    from placed

)

select
    path,
    source_system,
    source_file,
    account as source_account,
    named_table as raw_table,
    extension as file_format,
    case
        when parts_step is null then source_file
        else array_to_string([source_system] || folders[:parts_step], '/') || '/*.' || extension
    end as delivery,
    file_bytes,
    modified_at,
    now() as listed_at,
    is_nested_part and extension != '' as is_nested_part,
    case
        when named_table is null and extension = '' and split_part(stem, '.', 1) != stem
            and list_contains(raw_tables, split_part(stem, '.', 1))
            then 'not read: only .csv and .parquet files are'
        when named_table is null then 'not read: no table of this name'
        when extension = '' then 'not read: only .csv and .parquet files are'
        when is_nested_part
            then 'not read: parts lie in the folder of their table, not in folders below it'
    end as why_not_read
from named
{% endmacro %}
