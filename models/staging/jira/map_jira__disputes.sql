{#- Grain: one billing dispute of Jira with the amount that the customer contests. -#}
with

{{ jira_issues("= 'dispute'") }},

{{ standing_issue_fields() }},

custom_fields as (

    select
        source_account,
        issue_id,
        max(case when meaning = 'customer' then field_value end) as customer,
        max(case when meaning = 'invoice' then field_value end) as invoice,
        max(case when meaning = 'disputed_amount' then number_value end) as disputed_amount,
        upper(max(case when meaning = 'dispute_currency' then option_name end)) as currency,
        max(case when meaning = 'dispute_reason' then option_name end) as reason,
        max(case when meaning = 'legal_entity' then option_name end) as legal_entity

    from read_values

    group by source_account, issue_id

),

currencies as (

    {{ currency_units('jira') }}

),

status_words as (

    {{ known_words('jira', 'status', 'name') }}

),

statuses as (

    select
        statuses.source_account,
        statuses.status_id,
        status_words.canonical_value as phase

    from {{ ref('stg_jira__status') }} as statuses

    left join status_words
        on lower(statuses.status_name) = status_words.raw_value

    where statuses.row_disposition = 'accepted'

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

)

select
    'jira' as source_system,
    issues.source_account,
    issues.issue_id as source_dispute_id,
    custom_fields.legal_entity as source_entity_id,
    custom_fields.customer as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as source_payment_id,
    custom_fields.invoice as source_invoice_id,
    'receivable' as dispute_kind,
    case
        when statuses.phase in ('resolved', 'closed') then coalesce(outcomes.outcome, 'closed')
        when statuses.phase = 'waiting' then 'under_review'
        else 'needs_response'
    end as dispute_status,
    custom_fields.reason as reason_code,
    cast(null as {{ dbt.type_string() }}) as network_code,
    custom_fields.currency,
    custom_fields.disputed_amount,
    issues.created_at as opened_at,
    issues.created_on as opened_on,
    cast(null as timestamp) as evidence_due_at,
    cast(null as date) as evidence_due_on,
    case when statuses.phase in ('resolved', 'closed') then issues.resolved_at end as closed_at,
    case when statuses.phase in ('resolved', 'closed') then issues.resolved_on end as closed_on,
    coalesce(issues.created_at, issues.synced_at) as recorded_at

from issues

inner join custom_fields
    on issues.source_account = custom_fields.source_account
    and issues.issue_id = custom_fields.issue_id

-- People type the amount: one in no currency, or no whole number of its minor unit, is no amount.
-- The issue stays a ticket.
inner join currencies
    on custom_fields.currency = currencies.currency
    and {{ is_whole_in_minor_unit('custom_fields.disputed_amount') }}

left join statuses
    on issues.source_account = statuses.source_account
    and issues.status_id = statuses.status_id

left join outcomes
    on issues.source_account = outcomes.source_account
    and issues.resolution_id = outcomes.resolution_id
