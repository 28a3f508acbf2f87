{#- Grain: one Jira issue that is a ticket, an incident or a change. -#}
with

{{ jira_issues("<> 'other'") }},

{{ standing_issue_fields() }},

custom_fields as (

    select
        source_account,
        issue_id,
        max(case when meaning = 'customer' then field_value end) as customer,
        max(case when meaning = 'invoice' then field_value end) as invoice,
        max(case when meaning = 'severity' then option_name end) as severity,
        max(case when meaning = 'root_cause' then option_name end) as root_cause,
        max(case when meaning = 'triaged_by' then field_value end) as triaged_by,
        max(case when meaning = 'triaged_at' then value_at end) as triaged_at,
        max(case when meaning = 'triaged_at' then value_on end) as triaged_on,
        max(case when meaning = 'detected_at' then value_at end) as detected_at,
        max(case when meaning = 'detected_at' then value_on end) as detected_on,
        max(case when meaning = 'status' then changed_at end) as status_since

    from read_values

    group by source_account, issue_id

),

relationships as (

    {{ known_words('jira', 'issue_link', 'relationship') }}

),

told_causes as (

    -- A link may be told from either end.
    select
        links.source_account,
        case relationships.canonical_value
            when 'caused_by' then links.issue_id
            else links.related_issue_id
        end as issue_id,
        case relationships.canonical_value
            when 'caused_by' then links.related_issue_id
            else links.issue_id
        end as cause_id

    from {{ ref('stg_jira__issue_link') }} as links

    inner join relationships
        on links.relationship = relationships.raw_value
        and relationships.canonical_value in ('caused_by', 'causes')

    where links.row_disposition = 'accepted'

),

causes as (

    -- One cause is kept where several are told: a change before anything else, then the oldest.
    select
        told_causes.source_account,
        told_causes.issue_id,
        told_causes.cause_id,
        row_number() over (
            partition by told_causes.source_account, told_causes.issue_id
            order by
                case when issues.kind = 'change' then 0 else 1 end,
                issues.created_at,
                told_causes.cause_id
        ) as preference

    from told_causes

    left join issues
        on told_causes.source_account = issues.source_account
        and told_causes.cause_id = issues.issue_id

),

status_words as (

    {{ known_words('jira', 'status', 'name') }}

),

statuses as (

    select
        statuses.source_account,
        statuses.status_id,
        statuses.status_name,
        status_words.canonical_value as phase

    from {{ ref('stg_jira__status') }} as statuses

    left join status_words
        on lower(statuses.status_name) = status_words.raw_value

    where statuses.row_disposition = 'accepted'

),

priorities as (

    select * from {{ ref('stg_jira__priority') }} where row_disposition = 'accepted'

)

select
    'jira' as source_system,
    issues.source_account,
    issues.issue_id as source_work_item_id,
    custom_fields.customer as source_customer_id,
    custom_fields.invoice as source_invoice_id,
    causes.cause_id as caused_by_source_work_item_id,
    -- A billing dispute is a ticket, too.
    case when issues.kind = 'dispute' then 'ticket' else issues.kind end as work_item_kind,
    issues.issue_key as work_item_number,
    statuses.status_name as work_item_status,
    priorities.priority_name as priority_code,
    custom_fields.severity as severity_code,
    -- A cause that nobody signed, or nobody dated, is a guess.
    case
        when
            custom_fields.triaged_by is not null
            and (custom_fields.triaged_at is not null or custom_fields.triaged_on is not null)
            then custom_fields.root_cause
    end as root_cause_code,
    custom_fields.triaged_by,
    custom_fields.triaged_at,
    custom_fields.triaged_on,
    issues.created_at as opened_at,
    issues.created_on as opened_on,
    custom_fields.detected_at,
    custom_fields.detected_on,
    issues.resolved_at,
    issues.resolved_on,
    -- Jira has no time of closing: it is when the issue got its last status.
    case
        when statuses.phase = 'closed'
            then coalesce(custom_fields.status_since, issues.status_category_changed_at)
    end as closed_at,
    cast(null as date) as closed_on,
    coalesce(issues.created_at, issues.synced_at) as recorded_at

from issues

left join custom_fields
    on issues.source_account = custom_fields.source_account
    and issues.issue_id = custom_fields.issue_id

left join causes
    on issues.source_account = causes.source_account
    and issues.issue_id = causes.issue_id
    and causes.preference = 1

left join statuses
    on issues.source_account = statuses.source_account
    and issues.status_id = statuses.status_id

left join priorities
    on issues.source_account = priorities.source_account
    and issues.priority_id = priorities.priority_id
