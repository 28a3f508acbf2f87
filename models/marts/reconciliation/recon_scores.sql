{#- Grain: one pair, legal entity, currency and day of the documents' own date, with the four scores
    of domain 1.6 and the least of them: one bad score is not made good by three others. -#}
with

outcomes as (

    select * from {{ ref('int_recon_daily_outcomes') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

scored as (

    select
        outcomes.*,
        pairs.pair_name,
        -- Of two sides that cancel at most everything is overdue.
        {{ share_of('greatest(outcomes.total_amount - outcomes.overdue_amount, 0)', 'outcomes.total_amount') }}
            as clearing_score,
        {{ share_of('outcomes.timely_amount', 'outcomes.total_amount') }} as timeliness_score,
        {{ share_of('outcomes.present_count', 'outcomes.expected_count') }} as completeness_score,
        {{ share_of('outcomes.explained_amount', 'outcomes.total_amount') }} as explained_score

    from outcomes

    inner join pairs
        on outcomes.pair_id = pairs.pair_id

)

select
    -- keys
    pair_id,
    legal_entity_code,

    -- attributes
    pair_name,
    currency,

    -- measures
    expected_count,
    present_count,
    total_amount,
    overdue_amount,
    timely_amount,
    explained_amount,
    clearing_score,
    timeliness_score,
    completeness_score,
    explained_score,
    least(
        coalesce(clearing_score, 1),
        coalesce(timeliness_score, 1),
        coalesce(completeness_score, 1),
        coalesce(explained_score, 1)
    ) as quality_score,

    -- times
    occurred_on

from scored
