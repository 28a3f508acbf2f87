{#- Grain: one case, with what its sources say together. -#}
with

dispute_sources as (

    select * from {{ ref('dispute_sources') }}

),

leads as (

    select * from {{ ref('int_dispute_lead_sources') }}

),

source_kinds as (

    select * from {{ ref('dispute_source_kinds') }}

),

contested as (

    -- A dispute with evidence, or with a history that shows an answer, was contested.
    select
        dispute_key,
        max(
            case
                when event_kind = 'evidence_submitted' then 1
                when dispute_status in ('under_review', 'warning_under_review') then 1
                else 0
            end
        ) as was_answered,
        max(case when event_kind = 'evidence_submitted' or dispute_status is not null then 1 else 0 end)
            as has_history

    from {{ ref('fct_dispute_events') }}

    group by dispute_key

),

weighed as (

    select
        dispute_sources.*,
        leads.lead_source_kind,
        dispute_sources.source_kind = leads.lead_source_kind as is_leading,
        source_kinds.is_card,
        coalesce(contested.was_answered, 0) as was_answered,
        coalesce(contested.has_history, 0) as has_history

    from dispute_sources

    inner join leads
        on dispute_sources.dispute_case_key = leads.dispute_case_key

    inner join source_kinds
        on dispute_sources.source_kind = source_kinds.source_kind

    left join contested
        on dispute_sources.dispute_key = contested.dispute_key

),

summed as (

    select
        dispute_case_key,
        coalesce(max(case when is_first_source then customer_key end), min(customer_key))
            as customer_key,
        coalesce(max(case when is_first_source then invoice_key end), min(invoice_key))
            as invoice_key,
        min(incident_work_item_key) as incident_work_item_key,
        min(change_work_item_key) as change_work_item_key,
        max(case when is_link_ambiguous then 1 else 0 end) as is_link_ambiguous,
        count(*) as source_count,
        sum(case when source_kind = 'ticket' then 1 else 0 end) as ticket_count,
        sum(case when source_kind = 'receivable' then 1 else 0 end) as receivable_dispute_count,
        sum(case when is_card then 1 else 0 end) as card_dispute_count,
        count(distinct root_cause_code) as finding_count,
        max(config_change_count) as config_change_count,
        min(case when is_leading then currency end) as first_currency,
        max(case when is_leading then currency end) as last_currency,
        sum(case when is_leading then disputed_amount end) as disputed_amount,
        sum(case when is_leading then disputed_amount_reporting end) as disputed_amount_reporting,
        max(
            case
                when is_leading and disputed_amount is not null and disputed_amount_reporting is null
                    then 1
                else 0
            end
        ) as has_missing_rate,
        max(case when is_leading and source_status = 'lost' then 1 else 0 end) as has_lost,
        max(case when is_leading and source_status = 'won' then 1 else 0 end) as has_won,
        max(case when is_leading and is_open then 1 else 0 end) as has_open,
        max(
            case
                when
                    is_leading and is_card and source_status = 'lost' and was_answered = 0
                    and has_history = 1
                    then 1
                else 0
            end
        ) as has_accepted,
        min(case when is_open then evidence_due_at end) as evidence_due_at,
        min(case when is_open then evidence_due_on end) as evidence_due_on

    from weighed

    group by dispute_case_key

)

select
    -- keys
    dispute_case_key,
    customer_key,
    invoice_key,
    incident_work_item_key,
    change_work_item_key,

    -- attributes
    case
        when has_open = 1 then 'open'
        when has_accepted = 1 then 'accepted'
        when has_lost = 1 then 'lost'
        when has_won = 1 then 'won'
        else 'not_said'
    end as dispute_outcome,
    is_link_ambiguous = 1 as is_link_ambiguous,
    case when first_currency = last_currency then first_currency end as currency,

    -- measures
    cast(source_count as int) as source_count,
    cast(ticket_count as int) as ticket_count,
    cast(receivable_dispute_count as int) as receivable_dispute_count,
    cast(card_dispute_count as int) as card_dispute_count,
    cast(finding_count as int) as finding_count,
    cast(config_change_count as int) as config_change_count,
    -- Several currencies have no sum.
    cast(case when first_currency = last_currency then disputed_amount end as decimal(18, 4))
        as disputed_amount,
    cast(case when has_missing_rate = 0 then disputed_amount_reporting end as decimal(18, 4))
        as disputed_amount_reporting,

    -- times
    evidence_due_at,
    evidence_due_on

from summed
