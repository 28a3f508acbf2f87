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

sorted as (

    select
        movements.*,
        settled.settlement_currency,
        -- What the processor moved is in its currency, what answers the customer in his.
        case
            when movements.dispute_source_key is not null
                then settled.settlement_currency is not null
            else coalesce(movements.currency = summaries.currency, true)
        end as is_summed

    from movements

    inner join summaries
        on movements.dispute_case_key = summaries.dispute_case_key

    left join settled
        on movements.dispute_case_key = settled.dispute_case_key

)

select
    -- keys
    dispute_case_key,

    -- attributes
    max(settlement_currency) as settlement_currency,
    case
        when min(case when dispute_source_key is null then currency end)
            = max(case when dispute_source_key is null then currency end)
            then min(case when dispute_source_key is null then currency end)
    end as answer_currency,
    max(treatment) as treatment,

    -- measures
    cast(sum(case when is_summed then 0 else 1 end) as int) as unsummed_movement_count,
    cast(sum(case when is_summed and movement_kind = 'withdrawal' then -moved_amount else 0 end)
        as decimal(18, 4)) as withdrawn_amount,
    cast(sum(case when is_summed and movement_kind in ('fee', 'fee_returned')
        then -moved_amount else 0 end) as decimal(18, 4)) as dispute_fee_amount,
    cast(sum(case when is_summed and movement_kind = 'reinstatement' then moved_amount else 0 end)
        as decimal(18, 4)) as reinstated_amount,
    cast(sum(case when is_summed and movement_kind = 'loss' then -moved_amount else 0 end)
        as decimal(18, 4)) as lost_amount,
    cast(sum(case when is_summed then disputed_funds_amount else 0 end) as decimal(18, 4))
        as disputed_funds_amount,
    cast(sum(case when is_summed and movement_kind = 'credit' then -moved_amount else 0 end)
        as decimal(18, 4)) as credited_amount,
    cast(sum(case when is_summed and movement_kind = 'refund' then -moved_amount else 0 end)
        as decimal(18, 4)) as refunded_amount,
    cast(sum(case when is_summed and movement_kind = 'refund' and not has_credit_note
        then -moved_amount else 0 end) as decimal(18, 4)) as refunded_without_credit_amount,
    cast(sum(case when is_summed and movement_kind = 'credit' then 1 else 0 end) as int)
        as credit_count

from sorted

group by dispute_case_key
