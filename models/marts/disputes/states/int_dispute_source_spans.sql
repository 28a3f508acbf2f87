{#- Grain: one state of one source of a dispute from one instant to the next. -#}
with

told_states as (

    select * from {{ ref('int_dispute_source_states') }}

),

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

dispute_events as (

    select * from {{ ref('fct_dispute_events') }}

),

state_map as (

    select * from {{ ref('dispute_state_map') }}

),

horizons as (

    select
        dispute_source_key,
        {{ start_of_day(
            'cast(' ~ dbt.dateadd('day', 1, as_of_date()) ~ ' as date)', 'time_zone'
        ) }} as now_at

    from sources

),

money_back as (

    select
        dispute_key,
        max(occurred_at) as reinstated_at

    from dispute_events

    where event_kind = 'funds_reinstated'

    group by dispute_key

),

histories as (

    select
        dispute_source_key,
        min(occurred_at) as first_at,
        max(occurred_at) as last_at,
        max(case when source_status <> 'triaged' then 1 else 0 end) as has_status

    from told_states

    group by dispute_source_key

),

issues_told as (

    -- What is a ticket too follows its ticket.
    select
        work_item_key,
        count(*) as ticket_count

    from sources

    where source_kind = 'ticket'

    group by work_item_key

),

begun as (

    -- What has no history of its own was opened when it was, and is now what it is.
    select
        sources.dispute_source_key,
        'opened' as dispute_state,
        false as is_time_estimated,
        0 as event_rank,
        '' as event_key,
        sources.opened_at as occurred_at

    from sources

    left join histories
        on sources.dispute_source_key = histories.dispute_source_key

    left join issues_told
        on sources.work_item_key = issues_told.work_item_key
        and sources.source_kind <> 'ticket'

    where
        issues_told.work_item_key is null
        and (histories.first_at is null or histories.first_at > sources.opened_at)

),

standing as (

    select
        sources.dispute_source_key,
        state_map.dispute_state,
        sources.closed_at is null and money_back.reinstated_at is null as is_time_estimated,
        2 as event_rank,
        '' as event_key,
        greatest(
            sources.opened_at,
            case
                when sources.is_open then sources.opened_at
                else coalesce(
                    sources.closed_at, money_back.reinstated_at,
                    case
                        when sources.evidence_due_at is not null
                            then least(sources.evidence_due_at, horizons.now_at)
                    end,
                    sources.opened_at
                )
            end
        ) as occurred_at

    from sources

    inner join horizons
        on sources.dispute_source_key = horizons.dispute_source_key

    inner join state_map
        on sources.source_kind = state_map.source_kind
        and sources.source_status = state_map.source_status
        and state_map.field_name = 'status'
        and state_map.valid_from_on <= {{ as_of_date() }}
        and state_map.valid_before_on > {{ as_of_date() }}

    left join histories
        on sources.dispute_source_key = histories.dispute_source_key

    left join money_back
        on sources.dispute_key = money_back.dispute_key

    left join issues_told
        on sources.work_item_key = issues_told.work_item_key
        and sources.source_kind <> 'ticket'

    where coalesce(histories.has_status, 0) = 0 and issues_told.work_item_key is null

),

stated as (

    select * from begun

    union all

    select
        dispute_source_key,
        dispute_state,
        false as is_time_estimated,
        1 as event_rank,
        event_key,
        occurred_at

    from told_states

    union all

    select * from standing

),

spans as (

    select
        stated.*,
        lead(stated.occurred_at) over (
            partition by stated.dispute_source_key
            order by stated.occurred_at, stated.event_rank, stated.event_key
        ) as next_at

    from stated

    inner join horizons
        on stated.dispute_source_key = horizons.dispute_source_key
        and stated.occurred_at < horizons.now_at

)

select
    -- keys
    dispute_source_key,

    -- attributes
    dispute_state,
    is_time_estimated,

    -- times
    occurred_at as entered_at,
    next_at as left_at

from spans

-- Of two words at one instant the last one counts.
where next_at is null or next_at > occurred_at
