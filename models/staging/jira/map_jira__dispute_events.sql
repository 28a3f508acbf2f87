{#- Grain: one status that a billing dispute of Jira got. -#}
with

{{ jira_issues("= 'dispute'") }},

status_words as (

    {{ known_words('jira', 'status', 'name') }}

),

meanings as (

    {{ known_words('jira', 'field', 'name') }}

),

outcome_words as (

    {{ known_words('jira', 'resolution', 'name') }}

),

outcomes as (

    select
        resolutions.source_account,
        resolutions.resolution_id,
        outcome_words.canonical_value as outcome

    from {{ ref('stg_jira__resolution') }} as resolutions

    inner join outcome_words
        on lower(resolutions.resolution_name) = outcome_words.raw_value

    where resolutions.row_disposition = 'accepted'

),

steps as (

    select
        history.*,
        case
            when status_words.canonical_value in ('resolved', 'closed') then 'over'
            when status_words.canonical_value = 'waiting' then 'waiting'
            else 'open'
        end as phase,
        outcomes.outcome

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
        and meanings.canonical_value = 'status'

    left join {{ ref('stg_jira__status') }} as statuses
        on history.source_account = statuses.source_account
        and history.field_value = statuses.status_id
        and statuses.row_disposition = 'accepted'

    left join status_words
        on lower(statuses.status_name) = status_words.raw_value

    left join outcomes
        on issues.source_account = outcomes.source_account
        and issues.resolution_id = outcomes.resolution_id

    where history.row_disposition = 'accepted'

),

followed as (

    select
        steps.*,
        lag(steps.phase) over (
            partition by steps.source_account, steps.issue_id
            order by steps.changed_at, steps.row_id
        ) as phase_before

    from steps

)

select
    'jira' as source_system,
    followed.source_account,
    followed.row_id as source_dispute_event_id,
    followed.issue_id as source_dispute_id,
    case
        when followed.phase_before is null then 'opened'
        when followed.phase = 'over' and followed.phase_before <> 'over' then 'closed'
        when followed.phase <> 'over' and followed.phase_before = 'over' then 'reopened'
        else 'status_changed'
    end as event_kind,
    case followed.phase
        -- The outcome is known of the status that stands; what an earlier end said is gone.
        when 'over'
            then case when followed.is_active then coalesce(followed.outcome, 'closed') else 'closed' end
        when 'waiting' then 'under_review'
        else 'needs_response'
    end as dispute_status,
    followed.author_id as actor,
    cast(null as {{ dbt.type_string() }}) as currency,
    cast(null as decimal(18, 4)) as event_amount,
    followed.changed_at as occurred_at,
    followed.changed_on as occurred_on,
    coalesce(followed.changed_at, followed.synced_at) as recorded_at

from followed
