{#- The steps `kinds` and `issues`: Jira's issues of the kinds that `condition` asks for, each with
    its canonical `kind`. Epics, stories and the like are no work items of billing. -#}
{% macro jira_issues(condition) -%}
kinds as (

    {{ known_words('jira', 'issue_type', 'name') }}

),

issues as (

    select
        issues.*,
        kinds.canonical_value as kind

    from {{ ref('stg_jira__issue') }} as issues

    inner join {{ ref('stg_jira__issue_type') }} as issue_types
        on issues.source_account = issue_types.source_account
        and issues.issue_type_id = issue_types.issue_type_id
        and issue_types.row_disposition = 'accepted'

    inner join kinds
        on lower(issue_types.issue_type_name) = kinds.raw_value
        and kinds.canonical_value {{ condition }}

    where issues.row_disposition = 'accepted'

)
{%- endmacro %}

{#- The steps that end in `read_values`: what stands in each field of an issue whose meaning the seed
    knows, in words where it is an option of a list. -#}
{% macro standing_issue_fields() -%}
meanings as (

    {{ known_words('jira', 'field', 'name') }}

),

options as (

    select * from {{ ref('stg_jira__field_option') }} where row_disposition = 'accepted'

),

standing_values as (

    -- Ids of fields differ from site to site, names seldom do. Where two fields have one name, the
    -- value written last stands: a field never multiplies an issue.
    select
        history.*,
        meanings.canonical_value as meaning,
        row_number() over (
            partition by history.source_account, history.issue_id, meanings.canonical_value
            order by history.changed_at desc, history.field_id asc
        ) as recency

    from {{ ref('stg_jira__issue_field_history') }} as history

    inner join {{ ref('stg_jira__field') }} as field_names
        on history.source_account = field_names.source_account
        and history.field_id = field_names.field_id
        and field_names.row_disposition = 'accepted'

    inner join meanings
        on lower(field_names.field_name) = meanings.raw_value

    where history.row_disposition = 'accepted' and history.is_active

),

read_values as (

    -- Only lists hold ids of options: a number that is typed may equal one.
    select
        standing_values.*,
        coalesce(options.option_name, standing_values.field_value) as option_name

    from standing_values

    left join options
        on standing_values.source_account = options.source_account
        and standing_values.field_value = options.option_id

    where standing_values.recency = 1

)
{%- endmacro %}
