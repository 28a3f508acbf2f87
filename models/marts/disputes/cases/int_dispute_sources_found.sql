{#- Grain: one ticket or dispute of one source system that a customer or bank raised, as it stands. -#}
with

work_items as (

    select * from {{ ref('fct_work_items') }}

),

tickets as (

    select * from work_items

    where
        work_item_kind = 'ticket'
        and (source_customer_id is not null or source_invoice_id is not null)

),

disputes as (

    select * from {{ ref('fct_disputes') }}

),

gathered as (

    select
        {{ surrogate_key(["'ticket'", 'tickets.work_item_key']) }} as dispute_source_key,
        tickets.work_item_key,
        cast(null as {{ dbt.type_string() }}) as dispute_key,
        tickets.work_item_key as issue_key,
        tickets.caused_by_source_work_item_id,
        tickets.source_system,
        tickets.source_account,
        tickets.source_work_item_id as source_id,
        tickets.source_customer_id,
        tickets.source_invoice_id,
        tickets.customer_key,
        tickets.invoice_key,
        cast(null as {{ dbt.type_string() }}) as payment_key,
        tickets.legal_entity_code,
        'ticket' as source_kind,
        lower(tickets.work_item_status) as source_status,
        cast(null as {{ dbt.type_string() }}) as reason_code,
        cast(null as {{ dbt.type_string() }}) as network_code,
        tickets.priority_code,
        tickets.root_cause_code,
        tickets.triaged_by,
        tickets.triaged_at,
        cast(null as {{ dbt.type_string() }}) as currency,
        cast(null as decimal(18, 4)) as disputed_amount,
        cast(null as decimal(18, 4)) as disputed_amount_reporting,
        tickets.opened_at,
        tickets.opened_on,
        coalesce(tickets.resolved_at, tickets.closed_at) as closed_at,
        coalesce(tickets.resolved_on, tickets.closed_on) as closed_on,
        cast(null as timestamp) as evidence_due_at,
        cast(null as date) as evidence_due_on,
        tickets.recorded_at

    from tickets

    union all

    select
        {{ surrogate_key(['disputes.dispute_kind', 'disputes.dispute_key']) }}
            as dispute_source_key,
        issues.work_item_key,
        disputes.dispute_key,
        issues.work_item_key as issue_key,
        issues.caused_by_source_work_item_id,
        disputes.source_system,
        disputes.source_account,
        disputes.source_dispute_id as source_id,
        disputes.source_customer_id,
        disputes.source_invoice_id,
        disputes.customer_key,
        disputes.invoice_key,
        disputes.payment_key,
        disputes.legal_entity_code,
        disputes.dispute_kind as source_kind,
        disputes.dispute_status as source_status,
        disputes.reason_code,
        disputes.network_code,
        issues.priority_code,
        issues.root_cause_code,
        issues.triaged_by,
        issues.triaged_at,
        disputes.currency,
        disputes.disputed_amount,
        disputes.disputed_amount_reporting,
        disputes.opened_at,
        disputes.opened_on,
        disputes.closed_at,
        disputes.closed_on,
        disputes.evidence_due_at,
        disputes.evidence_due_on,
        disputes.recorded_at

    from disputes

    -- A tracker tells one issue twice: as a ticket and, with an amount, as a dispute.
    left join work_items as issues
        on disputes.source_system = issues.source_system
        and disputes.source_account = issues.source_account
        and disputes.source_dispute_id = issues.source_work_item_id

)

select
    -- keys
    dispute_source_key,
    work_item_key,
    dispute_key,
    issue_key,
    caused_by_source_work_item_id,
    customer_key,
    invoice_key,
    payment_key,
    source_system,
    source_account,
    source_id,
    source_customer_id,
    source_invoice_id,
    legal_entity_code,

    -- attributes
    source_kind,
    source_status,
    reason_code,
    network_code,
    priority_code,
    -- A cause counts as found only where somebody says that he found it.
    case when triaged_by is not null and triaged_at is not null then root_cause_code end
        as root_cause_code,
    triaged_by,
    currency,

    -- measures
    disputed_amount,
    disputed_amount_reporting,

    -- times
    triaged_at,
    opened_at,
    opened_on,
    closed_at,
    closed_on,
    evidence_due_at,
    evidence_due_on,
    recorded_at

from gathered

where opened_on is null or opened_on <= {{ as_of_date() }}
