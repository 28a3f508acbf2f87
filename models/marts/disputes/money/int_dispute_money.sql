{#- Grain: one case with the sums of its movements. -#}
with

movements as (

    select * from {{ ref('dispute_movements') }}

),

summaries as (

    select * from {{ ref('int_dispute_summaries') }}

),

settled as (

    select
        dispute_case_key,
        case when min(currency) = max(currency) then min(currency) end as settlement_currency

    from movements

    where dispute_source_key is not null

    group by dispute_case_key

),

answered as (

    select
        dispute_case_key,
        case when min(currency) = max(currency) then min(currency) end as answer_currency

    from movements

    where dispute_source_key is null

    group by dispute_case_key

),

sorted as (

    select
        movements.*,
        settled.settlement_currency,
        -- What the processor moved is in its currency, what answers the customer in his.
        case
            when movements.dispute_source_key is not null
                then settled.settlement_currency is not null
            else coalesce(
                movements.currency = coalesce(summaries.currency, answered.answer_currency), false
            )
        end as is_summed

    from movements

    inner join summaries
        on movements.dispute_case_key = summaries.dispute_case_key

    left join settled
        on movements.dispute_case_key = settled.dispute_case_key

    left join answered
        on movements.dispute_case_key = answered.dispute_case_key

),

signed as (

    -- What we lose, pay or give is positive here, each under its own name.
    select
        dispute_case_key,
        settlement_currency,
        treatment,
        movement_kind,
        is_summed,
        case when dispute_source_key is null then currency end as answered_currency,
        case when is_summed then moved_amount else 0 end as moved_amount,
        case when is_summed then disputed_funds_amount else 0 end as disputed_funds_amount,
        is_summed and movement_kind = 'refund' and not has_credit_note as is_bare_refund,
        movement_kind in ('fee', 'fee_returned') as is_fee

    from sorted

),

summed as (

    select
        dispute_case_key,
        max(settlement_currency) as settlement_currency,
        min(answered_currency) as first_answer_currency,
        max(answered_currency) as last_answer_currency,
        max(treatment) as treatment,
        sum(case when is_summed then 0 else 1 end) as unsummed_movement_count,
        sum(case when movement_kind = 'withdrawal' then -moved_amount else 0 end)
            as withdrawn_amount,
        sum(case when is_fee then -moved_amount else 0 end) as dispute_fee_amount,
        sum(case when movement_kind = 'reinstatement' then moved_amount else 0 end)
            as reinstated_amount,
        sum(case when movement_kind = 'loss' then -moved_amount else 0 end) as lost_amount,
        sum(disputed_funds_amount) as disputed_funds_amount,
        sum(case when movement_kind = 'credit' then -moved_amount else 0 end) as credited_amount,
        sum(case when movement_kind = 'refund' then -moved_amount else 0 end) as refunded_amount,
        sum(case when is_bare_refund then -moved_amount else 0 end)
            as refunded_without_credit_amount,
        sum(case when is_summed and movement_kind = 'credit' then 1 else 0 end) as credit_count

    from signed

    group by dispute_case_key

)

select
    -- keys
    dispute_case_key,

    -- attributes
    settlement_currency,
    case when first_answer_currency = last_answer_currency then first_answer_currency end
        as answer_currency,
    treatment,

    -- measures
    cast(unsummed_movement_count as int) as unsummed_movement_count,
    cast(withdrawn_amount as decimal(18, 4)) as withdrawn_amount,
    cast(dispute_fee_amount as decimal(18, 4)) as dispute_fee_amount,
    cast(reinstated_amount as decimal(18, 4)) as reinstated_amount,
    cast(lost_amount as decimal(18, 4)) as lost_amount,
    cast(disputed_funds_amount as decimal(18, 4)) as disputed_funds_amount,
    cast(credited_amount as decimal(18, 4)) as credited_amount,
    cast(refunded_amount as decimal(18, 4)) as refunded_amount,
    cast(refunded_without_credit_amount as decimal(18, 4)) as refunded_without_credit_amount,
    cast(credit_count as int) as credit_count

from summed
