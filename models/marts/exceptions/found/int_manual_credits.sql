{#- Grain: one credit that policy wants approved, with who made it and what was approved. -#}
with

policies as (

    select * from {{ ref('approval_policies') }}

),

service_accounts as (

    select * from {{ ref('service_accounts') }}

),

approvals as (

    select * from {{ ref('fct_approvals') }} where subject_kind in ('credit_note', 'adjustment')

),

credits as (

    select
        'credit_note' as subject_kind,
        credit_note_status as document_kind,
        credit_note_key as credit_key,
        source_system,
        source_account,
        source_credit_note_id as source_subject_id,
        legal_entity_code,
        customer_key,
        coalesce(credit_note_number, source_credit_note_id) as document_key,
        created_by,
        currency,
        abs(total_amount) as credit_amount,
        abs(total_amount_reporting) as credit_amount_reporting,
        coalesce(issued_at, created_at) as credited_at,
        coalesce(issued_on, created_on) as credited_on

    from {{ ref('fct_credit_notes') }}

    where credit_note_status in ('issued', 'refunded', 'partially_applied', 'applied')

    union all

    select
        'adjustment' as subject_kind,
        adjustment_kind as document_kind,
        adjustment_key as credit_key,
        source_system,
        source_account,
        source_adjustment_id as source_subject_id,
        legal_entity_code,
        customer_key,
        source_adjustment_id as document_key,
        created_by,
        currency,
        abs(adjustment_amount) as credit_amount,
        abs(adjustment_amount_reporting) as credit_amount_reporting,
        adjusted_at as credited_at,
        adjusted_on as credited_on

    from {{ ref('fct_adjustments') }}

),

granted as (

    select
        legal_entity_code,
        subject_kind,
        source_subject_id,
        min(requested_by) as requested_by,
        min(case when approval_status = 'approved' then approved_by end) as first_approver,
        max(case when approval_status = 'approved' then approved_by end) as last_approver,
        count(case when approval_status = 'approved' then approved_by end) as approval_count,
        min(case when approval_status = 'approved' and approved_by is not null then approved_at end)
            as approved_at,
        min(case when approval_status = 'approved' and approved_by is not null then approved_on end)
            as approved_on,
        min(currency) as limit_currency,
        max(
            case
                when approval_status = 'approved' and approved_by is not null
                    then approver_limit_amount
            end
        ) as limit_amount,
        max(
            case
                when approval_status = 'approved' and lower(approved_by) = lower(requested_by) then 1
                else 0
            end
        ) as is_of_requester

    from approvals

    group by legal_entity_code, subject_kind, source_subject_id

),

ruled as (

    select
        credits.*,
        policies.needed_for,
        policies.near_limit_bps,
        policies.split_days

    from credits

    inner join policies
        on credits.subject_kind = policies.subject_kind
        and policies.document_kind in (credits.document_kind, '*')
        and credits.credited_on >= policies.valid_from_on
        and credits.credited_on < policies.valid_before_on

)

select
    -- keys
    ruled.credit_key,
    ruled.subject_kind,
    ruled.source_system,
    ruled.source_account,
    ruled.source_subject_id,
    ruled.legal_entity_code,
    ruled.customer_key,
    ruled.document_key,

    -- attributes
    coalesce(ruled.created_by, granted.requested_by) as made_by,
    granted.first_approver,
    granted.last_approver,
    ruled.currency,
    coalesce(granted.approval_count, 0) as approval_count,
    coalesce(granted.approval_count, 0) > 0
    and (
        granted.is_of_requester = 1
        or lower(granted.first_approver) = lower(ruled.created_by)
        or lower(granted.last_approver) = lower(ruled.created_by)
    ) as is_self_approved,
    case
        when granted.approved_at is not null and ruled.credited_at is not null
            then granted.approved_at > ruled.credited_at
        else coalesce(granted.approved_on > ruled.credited_on, false)
    end as is_approved_late,

    -- measures
    ruled.near_limit_bps,
    ruled.split_days,
    ruled.credit_amount,
    ruled.credit_amount_reporting,
    -- A limit in another currency says nothing about this amount.
    case when granted.limit_currency = ruled.currency then granted.limit_amount end as limit_amount,

    -- times
    ruled.credited_on,
    granted.approved_on

from ruled

left join granted
    on ruled.legal_entity_code = granted.legal_entity_code
    and ruled.subject_kind = granted.subject_kind
    and ruled.source_subject_id = granted.source_subject_id

left join service_accounts
    on lower(ruled.created_by) = service_accounts.user_id

-- By hand: a person is known who made it or asked for it.
where
    service_accounts.user_id is null
    and (
        ruled.needed_for = 'all'
        or coalesce(ruled.created_by, granted.requested_by) is not null
    )
