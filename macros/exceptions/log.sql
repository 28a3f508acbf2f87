{#- The key of an exception: nothing in it that a rebuild, another order of rows or another amount
    would change. -#}
{% macro exception_key(check_id='check_id', legal_entity_code='legal_entity_code', natural_key='natural_key') -%}
    {{ surrogate_key([check_id, legal_entity_code, natural_key]) }}
{%- endmacro %}

{#- What has been appended to state by the runs before, and this run's rows, which the runner appends
    when it publishes: `columns` of both. This run has no id yet and sorts by its time. -#}
{% macro with_this_run(table, model, columns) -%}
    select
        run_id,
        {{ columns | join(',\n        ') }}
    from {{ source('state', table) }}
    union all
    select
        'this run' as run_id,
        {{ columns | join(',\n        ') }}
    from {{ ref(model) }}
{%- endmacro %}

{#- Every check of every run, under the name that it has today. -#}
{% macro logged_check_runs() -%}
    select
        logged.run_id,
        logged.run_at,
        logged.as_of_date,
        coalesce(aliases.check_id, logged.check_id) as check_id,
        logged.check_status

    from (
        {{ with_this_run(
            'check_runs', 'int_exception_check_runs', ['run_at', 'as_of_date', 'check_id', 'check_status']
        ) | indent(8) }}
    ) as logged

    left join {{ ref('exception_aliases') }} as aliases
        on logged.check_id = aliases.old_check_id
{%- endmacro %}

{#- Every exception of every run, under the name that its check has today, with `columns` of the
    log; logged_exception_id is the id under which it was seen. -#}
{% macro logged_observations(columns) -%}
    select
        logged.run_id,
        logged.exception_id as logged_exception_id,
        case
            when aliases.old_check_id is null then logged.exception_id
            else {{ exception_key('aliases.check_id', 'logged.legal_entity_code', 'logged.natural_key') }}
        end as exception_id,
        coalesce(aliases.check_id, logged.check_id) as check_id
        {%- for column in columns %},
        logged.{{ column }}
        {%- endfor %}

    from (
        {{ with_this_run(
            'exception_observations', 'int_exception_observations',
            (['exception_id', 'check_id', 'legal_entity_code', 'natural_key'] + columns) | unique | list
        ) | indent(8) }}
    ) as logged

    left join {{ ref('exception_aliases') }} as aliases
        on logged.check_id = aliases.old_check_id
{%- endmacro %}

{#- The query that shows an exception which has no better one. -#}
{% macro drill_into_exception(exception_id) -%}
    'select * from marts.exceptions where exception_id = ''' || {{ exception_id }} || ''''
{%- endmacro %}
