{#- Grain: one opening, reopening or resolution of one case. -#}
with

states as (

    select * from {{ ref('dispute_states') }}

    where is_opening or is_reopening or is_resolution

),

disputes as (

    select * from {{ ref('disputes') }}

),

turned as (

    select
        states.dispute_case_key,
        states.state_number,
        states.legal_entity_code,
        coalesce(disputes.root_cause_code, 'untriaged') as cause_code,
        states.entered_on as turned_on,
        disputes.disputed_amount_reporting,
        disputes.disputed_amount is not null
        and disputes.disputed_amount_reporting is null as is_rate_missing,
        case when states.is_opening then 1 else 0 end as opened_count,
        case when states.is_reopening then 1 else 0 end as reopened_count,
        -- What is over when it is first heard of is opened and resolved at once.
        case when states.is_resolution or (states.is_opening and not states.is_open) then 1 else 0 end
            as resolved_count,
        -- Only the end that stands says who prevailed.
        states.is_resolution
        and not disputes.is_open
        and states.episode_number = disputes.episode_count as is_final,
        disputes.dispute_outcome

    from states

    inner join disputes
        on states.dispute_case_key = disputes.dispute_case_key

)

select
    -- keys
    dispute_case_key,
    state_number,
    legal_entity_code,
    cause_code,

    -- measures
    opened_count,
    reopened_count,
    resolved_count,
    case when is_final and dispute_outcome = 'won' then 1 else 0 end as won_count,
    case when is_final and dispute_outcome = 'lost' then 1 else 0 end as lost_count,
    case when is_final and dispute_outcome = 'accepted' then 1 else 0 end as accepted_count,
    case when is_rate_missing then 1 else 0 end as rate_missing_count,
    cast(coalesce(disputed_amount_reporting, 0) as decimal(18, 4)) as disputed_amount_reporting,

    -- times
    {{ month_of('turned_on') }} as period_month

from turned
