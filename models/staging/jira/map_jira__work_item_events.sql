{#- Grain: one value that a field of a Jira work item got. -#}
with

{{ jira_issues("<> 'other'") }},

meanings as (

    {{ known_words('jira', 'field', 'name') }}

),

statuses as (

    select * from {{ ref('stg_jira__status') }} where row_disposition = 'accepted'

),

priorities as (

    select * from {{ ref('stg_jira__priority') }} where row_disposition = 'accepted'

),

resolutions as (

    select * from {{ ref('stg_jira__resolution') }} where row_disposition = 'accepted'

),

options as (

    select * from {{ ref('stg_jira__field_option') }} where row_disposition = 'accepted'

),

known_values as (

    -- Only fields that the seed knows: what else people type may name people.
    select
        history.*,
        field_names.field_name,
        meanings.canonical_value as meaning

    from {{ ref('stg_jira__issue_field_history') }} as history

    inner join issues
        on history.source_account = issues.source_account
        and history.issue_id = issues.issue_id

    inner join {{ ref('stg_jira__field') }} as field_names
        on history.source_account = field_names.source_account
        and history.field_id = field_names.field_id
        and field_names.row_disposition = 'accepted'

    inner join meanings
        on lower(field_names.field_name) = meanings.raw_value

    where history.row_disposition = 'accepted'

),

worded as (

    -- The values of fields that are lists arrive as ids; a number that is typed may equal one.
    select
        known_values.*,
        coalesce(
            case known_values.meaning
                when 'status' then statuses.status_name
                when 'priority' then priorities.priority_name
                when 'resolution' then resolutions.resolution_name
                when 'severity' then options.option_name
                when 'root_cause' then options.option_name
                when 'legal_entity' then options.option_name
                when 'dispute_reason' then options.option_name
                when 'dispute_currency' then options.option_name
            end,
            known_values.field_value
        ) as value_in_words

    from known_values

    left join statuses
        on known_values.source_account = statuses.source_account
        and known_values.field_value = statuses.status_id

    left join priorities
        on known_values.source_account = priorities.source_account
        and known_values.field_value = priorities.priority_id

    left join resolutions
        on known_values.source_account = resolutions.source_account
        and known_values.field_value = resolutions.resolution_id

    left join options
        on known_values.source_account = options.source_account
        and known_values.field_value = options.option_id

)

select
    'jira' as source_system,
    worded.source_account,
    worded.row_id as source_work_item_event_id,
    worded.issue_id as source_work_item_id,
    worded.field_name,
    -- Jira's connector gives the new value only: the old one is that of the row before.
    lag(worded.value_in_words) over (
        partition by worded.source_account, worded.issue_id, worded.field_id
        order by worded.changed_at, worded.row_id
    ) as from_value,
    worded.value_in_words as to_value,
    worded.author_id as actor,
    worded.changed_at as occurred_at,
    worded.changed_on as occurred_on,
    coalesce(worded.changed_at, worded.synced_at) as recorded_at

from worded
