{#- Grain: one ticket, receivable dispute, inquiry or chargeback in the case it belongs to. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

cases as (

    select * from {{ ref('int_dispute_cases') }}

),

reasons as (

    select * from {{ ref('int_dispute_reasons_of_sources') }}

),

anchors as (

    select * from {{ ref('int_dispute_anchors') }}

),

shared as (

    -- How many sources of one case are about one document, or are one issue.
    select
        cases.dispute_source_key,
        anchors.anchor_kind,
        anchors.anchored_by,
        count(*) over (partition by cases.dispute_case_key, anchors.anchor_key) as source_count

    from cases

    inner join anchors
        on cases.dispute_source_key = anchors.dispute_source_key

),

ways as (

    select
        dispute_source_key,
        max(case when anchor_kind = 'invoice' and anchored_by = 'direct' then 1 else 0 end)
            as by_invoice,
        max(case when anchor_kind = 'invoice' and anchored_by = 'payment' then 1 else 0 end)
            as by_payment_of_invoice

    from shared

    where source_count > 1

    group by dispute_source_key

),

counted as (

    select
        sources.*,
        cases.dispute_case_key,
        cases.is_first_source,
        cases.is_joined_by_customer,
        cases.is_link_ambiguous,
        cases.candidate_count,
        count(sources.issue_key) over (partition by cases.dispute_case_key, sources.issue_key)
            as issue_source_count

    from sources

    inner join cases
        on sources.dispute_source_key = cases.dispute_source_key

)

select
    -- keys
    counted.dispute_source_key,
    counted.dispute_case_key,
    counted.work_item_key,
    counted.dispute_key,
    counted.customer_key,
    counted.invoice_key,
    counted.payment_key,
    reasons.incident_work_item_key,
    reasons.change_work_item_key,
    counted.source_system,
    counted.source_account,
    counted.source_id,
    counted.legal_entity_code,

    -- attributes
    counted.source_kind,
    counted.source_status,
    case
        when counted.is_first_source then 'first_source'
        when counted.issue_source_count > 1 then 'same_issue'
        when counted.is_joined_by_customer then 'same_customer'
        when ways.by_invoice = 1 then 'same_invoice'
        when ways.by_payment_of_invoice = 1 then 'payment_of_invoice'
        else 'same_payment'
    end as linked_by,
    counted.is_first_source,
    counted.is_link_ambiguous,
    counted.is_open,
    counted.is_invoice_resolved,
    counted.reason_code,
    counted.network_code,
    reasons.reason_category,
    reasons.hypothesis_root_cause_code,
    reasons.is_system_hypothesis,
    reasons.is_reason_known,
    reasons.evidence_pack,
    counted.root_cause_code,
    counted.triaged_by,
    counted.priority_code,
    counted.currency,

    -- measures
    counted.candidate_count,
    reasons.config_change_count,
    counted.disputed_amount,
    counted.disputed_amount_reporting,

    -- times
    counted.triaged_at,
    counted.opened_at,
    counted.opened_on,
    counted.closed_at,
    counted.closed_on,
    counted.evidence_due_at,
    counted.evidence_due_on

from counted

inner join reasons
    on counted.dispute_source_key = reasons.dispute_source_key

left join ways
    on counted.dispute_source_key = ways.dispute_source_key
