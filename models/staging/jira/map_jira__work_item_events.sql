{#- Grain: one value that a field of a Jira work item got. -#}
with

kinds as (

    {{ known_words('jira', 'issue_type', 'name') }}

),

issues as (

    select issues.*

    from {{ ref('stg_jira__issue') }} as issues

    inner join {{ ref('stg_jira__issue_type') }} as issue_types
        on issues.source_account = issue_types.source_account
        and issues.issue_type_id = issue_types.issue_type_id
        and issue_types.row_disposition = 'accepted'

    inner join kinds
        on lower(issue_types.issue_type_name) = kinds.raw_value
        and kinds.canonical_value <> 'other'

    where issues.row_disposition = 'accepted'

),

meanings as (

    {{ known_words('jira', 'field', 'name') }}

),

list_values as (

    -- The values of the fields that are lists arrive as ids.
    select source_account, 'status' as meaning, status_id as value_id, status_name as value_name
    from {{ ref('stg_jira__status') }} where row_disposition = 'accepted'
    union all
    select source_account, 'priority', priority_id, priority_name
    from {{ ref('stg_jira__priority') }} where row_disposition = 'accepted'
    union all
    select source_account, 'resolution', resolution_id, resolution_name
    from {{ ref('stg_jira__resolution') }} where row_disposition = 'accepted'
    union all
    select options.source_account, list_fields.meaning, options.option_id, options.option_name
    from {{ ref('stg_jira__field_option') }} as options
    cross join (
        select 'severity' as meaning
        union all
        select 'root_cause' as meaning
        union all
        select 'legal_entity' as meaning
        union all
        select 'dispute_reason' as meaning
        union all
        select 'dispute_currency' as meaning
    ) as list_fields
    where options.row_disposition = 'accepted'

),

named as (

    -- Only fields that the seed knows: what else people type may name people.
    select
        history.*,
        fields.field_name,
        coalesce(list_values.value_name, history.field_value) as value_in_words

    from {{ ref('stg_jira__issue_field_history') }} as history

    inner join issues
        on history.source_account = issues.source_account
        and history.issue_id = issues.issue_id

    inner join {{ ref('stg_jira__field') }} as fields
        on history.source_account = fields.source_account
        and history.field_id = fields.field_id
        and fields.row_disposition = 'accepted'

    inner join meanings
        on lower(fields.field_name) = meanings.raw_value

    left join list_values
        on history.source_account = list_values.source_account
        and history.field_value = list_values.value_id
        and meanings.canonical_value = list_values.meaning

    where history.row_disposition = 'accepted'

)

select
    'jira' as source_system,
    named.source_account,
    named.row_id as source_work_item_event_id,
    named.issue_id as source_work_item_id,
    named.field_name,
    -- Jira's connector gives the new value only: the old one is that of the row before.
    lag(named.value_in_words) over (
        partition by named.source_account, named.issue_id, named.field_id
        order by named.changed_at, named.row_id
    ) as from_value,
    named.value_in_words as to_value,
    named.author_id as actor,
    named.changed_at as occurred_at,
    named.changed_on as occurred_on,
    coalesce(named.changed_at, named.synced_at) as recorded_at

from named
