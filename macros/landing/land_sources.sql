{#-
    Landing: makes the vendor's files below RAW_ROOT into relations that dbt can read.

    For every enabled source `raw_<system>` and each of its tables, one view
    `raw_<system>.<table>` over the files as they lie there: the columns of the source YAML as
    text, and where each row came from. Beside them, in schema `landing`, what was read
    (`landed_files`), what the sender says was sent (`declared_rows`), which lines could not be split
    into cells (`rejected_lines`) and what a person should know (`landing_notes`). What cannot be landed stops the run before anything is
    built, with all problems of all systems in one message.

    Where a file may lie:

        <system>/<table>.csv | .parquet          <system>/<table>/<part>.csv | .parquet
        <system>/<account>/<table>.csv | …       <system>/<account>/<table>/<part>.csv | …

    Names that begin with `_` or `.` are never read.
-#}

{% macro land_sources() %}
    {{- return(adapter.dispatch('land_sources')()) -}}
{% endmacro %}


{#- On a warehouse that a connector loads, the raw tables are there already. -#}
{% macro default__land_sources() %}{% endmacro %}


{% macro duckdb__land_sources() %}
    {#- Hooks are rendered while dbt parses, too: nothing may happen then. -#}
    {% if execute %}
        {% set root = raw_root() %}

        {% do run_query(expect_raw_tables()) %}
        {% do run_query(list_raw_files(root)) %}

        {% do forget_other_scans() %}
        {% do scan_changed_files() %}

        {% do raise_landing_problems(root) %}

        {% do run_query(write_landing_tables()) %}
        {% do run_query(list_manifests(root)) %}
        {% do run_query(read_declared_rows(root)) %}
        {% do create_raw_views() %}
        {% do say_what_was_landed() %}
    {% endif %}
{% endmacro %}


{#-
    The folder of the raw files, without a slash at its end.

    The runner passes an absolute path. A relative one counts from the folder dbt works in, like
    the warehouse's own path in the profile; DuckDB knows that one in full, so that where both are
    relative the views get absolute paths and can be read from any folder. Else the path stays as
    it was given.
-#}
{% macro raw_root() %}
    {% set given = env_var('RAW_ROOT', env_var('raw_root', 'seeds/raw')) %}
    {% if '://' in given %}
        {{ return(given.rstrip('/')) }}
    {% endif %}
    {#- In the form in which DuckDB lists the files below it. -#}
    {% set steps = given.split('/') | reject('in', ['', '.']) | join('/') %}
    {% if given.startswith('/') %}
        {% set root = '/' ~ steps %}
    {% else %}
        {% set root = steps %}
        {% set query %}
            select path from duckdb_databases() where database_name = current_database()
        {% endset %}
        {% set warehouse = run_query(query).columns[0].values()[0] or '' %}
        {% set in_profile = '/' ~ (target.path or '') %}
        {% if warehouse.endswith(in_profile) and not in_profile.startswith('//') %}
            {% set root = warehouse[:(warehouse | length) - (in_profile | length)] ~ '/' ~ root %}
        {% endif %}
    {% endif %}
    {{ return(root or '.') }}
{% endmacro %}


{#- One line for the run's output. -#}
{% macro say_what_was_landed() %}
    {% set query %}
        select
            format(
                'Landed {:,} raw tables from {:,} files: {:,} rows, {:,} rejected lines, {:,} notes'
                || ' (landing.rejected_lines, landing.landing_notes)',
                count(distinct (source_system, raw_table)),
                count(*),
                coalesce(sum(row_count), 0)::bigint,
                (select count(*) from landing.rejected_lines),
                (select count(*) from landing.landing_notes)
            )
        from landing.landed_files
    {% endset %}
    {% do log(run_query(query).columns[0].values()[0], info=true) %}
{% endmacro %}
