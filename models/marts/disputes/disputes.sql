{#- Grain: one business dispute. -#}
with

places as (

    select * from {{ ref('int_dispute_case_places') }}

),

summaries as (

    select * from {{ ref('int_dispute_summaries') }}

),

leads as (

    select * from {{ ref('int_dispute_lead_sources') }}

),

owners as (

    select * from {{ ref('int_dispute_owners') }}

),

repeats as (

    select * from {{ ref('int_dispute_repeats') }}

),

money as (

    select * from {{ ref('int_dispute_money') }}

),

standings as (

    select * from {{ ref('int_dispute_standings') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

root_causes as (

    select * from {{ ref('root_causes') }}

),

collected as (

    select
        places.*,
        summaries.customer_key,
        summaries.invoice_key,
        summaries.incident_work_item_key,
        summaries.change_work_item_key,
        summaries.dispute_outcome,
        summaries.is_link_ambiguous,
        summaries.currency,
        summaries.source_count,
        summaries.ticket_count,
        summaries.receivable_dispute_count,
        summaries.card_dispute_count,
        summaries.finding_count,
        summaries.config_change_count,
        summaries.disputed_amount,
        summaries.disputed_amount_reporting,
        summaries.evidence_due_at,
        summaries.evidence_due_on,
        leads.lead_source_kind,
        leads.reason_code,
        leads.network_code,
        leads.reason_category,
        leads.hypothesis_root_cause_code,
        leads.is_system_hypothesis,
        leads.evidence_pack,
        leads.root_cause_code,
        leads.triaged_by,
        leads.triaged_at,
        owners.team,
        owners.owner_role,
        repeats.earlier_case_count

    from places

    inner join summaries
        on places.dispute_case_key = summaries.dispute_case_key

    inner join leads
        on places.dispute_case_key = leads.dispute_case_key

    inner join owners
        on places.dispute_case_key = owners.dispute_case_key

    inner join repeats
        on places.dispute_case_key = repeats.dispute_case_key

)

select
    -- keys
    collected.dispute_case_key,
    collected.legal_entity_code,
    collected.customer_key,
    collected.invoice_key,
    collected.incident_work_item_key,
    collected.change_work_item_key,

    -- attributes
    standings.dispute_state,
    standings.is_open,
    collected.dispute_outcome,
    collected.lead_source_kind,
    collected.reason_code,
    collected.network_code,
    collected.reason_category,
    collected.hypothesis_root_cause_code,
    collected.is_system_hypothesis,
    collected.evidence_pack,
    collected.root_cause_code,
    root_causes.root_cause_class,
    coalesce(root_causes.is_system_attributable, false) as is_system_attributable,
    collected.triaged_by,
    collected.team,
    collected.owner_role,
    collected.priority_code,
    collected.is_link_ambiguous,
    collected.earlier_case_count > 0 as is_repeat_customer,
    standings.is_clock_paused,
    standings.is_sla_breached,
    standings.is_open and coalesce(collected.evidence_due_on < {{ as_of_date() }}, false)
        as is_evidence_overdue,
    coalesce(money.refunded_without_credit_amount, 0) > coalesce(money.credited_amount, 0)
        as has_refund_without_credit,
    -- The processor leaves the invoice paid; that the money is gone has to be seen.
    coalesce(
        money.lost_amount > 0 and money.credit_count = 0 and invoices.invoice_status = 'paid', false
    ) as is_invoice_left_paid,
    standings.is_time_estimated,
    money.treatment,
    collected.currency,
    coalesce(collected.currency, money.answer_currency) as answer_currency,
    money.settlement_currency,

    -- measures
    standings.episode_count,
    standings.reopen_count,
    collected.source_count,
    collected.ticket_count,
    collected.receivable_dispute_count,
    collected.card_dispute_count,
    collected.finding_count,
    collected.config_change_count,
    collected.earlier_case_count,
    standings.open_elapsed_minutes,
    standings.open_business_minutes,
    standings.clock_minutes,
    standings.sla_business_minutes,
    standings.sla_breach_count,
    collected.disputed_amount,
    collected.disputed_amount_reporting,
    coalesce(money.withdrawn_amount, 0) as withdrawn_amount,
    coalesce(money.dispute_fee_amount, 0) as dispute_fee_amount,
    coalesce(money.reinstated_amount, 0) as reinstated_amount,
    coalesce(money.lost_amount, 0) as lost_amount,
    coalesce(money.disputed_funds_amount, 0) as disputed_funds_amount,
    coalesce(money.credited_amount, 0) as credited_amount,
    coalesce(money.refunded_amount, 0) as refunded_amount,
    coalesce(money.unsummed_movement_count, 0) as unsummed_movement_count,

    -- times
    collected.triaged_at,
    collected.opened_at,
    collected.opened_on,
    standings.resolved_at,
    standings.resolved_on,
    collected.evidence_due_at,
    collected.evidence_due_on,
    standings.sla_due_at,
    {{ month_of('collected.opened_on') }} as period_month

from collected

inner join standings
    on collected.dispute_case_key = standings.dispute_case_key

left join money
    on collected.dispute_case_key = money.dispute_case_key

left join invoices
    on collected.invoice_key = invoices.invoice_key

left join root_causes
    on collected.root_cause_code = root_causes.root_cause_code
