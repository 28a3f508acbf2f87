{#- Grain: one word that one source of a dispute says about its state, at an instant. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

work_item_events as (

    select * from {{ ref('fct_work_item_events') }}

),

dispute_events as (

    select * from {{ ref('fct_dispute_events') }}

),

issues_told as (

    -- A dispute that is a ticket too has the ticket's own history, which says more.
    select
        work_item_key,
        count(*) as ticket_count

    from sources

    where source_kind = 'ticket'

    group by work_item_key

),

said as (

    select
        sources.dispute_source_key,
        sources.source_kind,
        lower(work_item_events.field_name) as field_name,
        lower(work_item_events.to_value) as source_status,
        coalesce(
            work_item_events.occurred_at,
            {{ start_of_day('work_item_events.occurred_on', 'sources.time_zone') }}
        ) as occurred_at,
        work_item_events.work_item_event_key as event_key

    from sources

    inner join work_item_events
        on sources.work_item_key = work_item_events.work_item_key

    where sources.source_kind = 'ticket'

    union all

    select
        sources.dispute_source_key,
        sources.source_kind,
        'status' as field_name,
        dispute_events.dispute_status as source_status,
        coalesce(
            dispute_events.occurred_at,
            {{ start_of_day('dispute_events.occurred_on', 'sources.time_zone') }}
        ) as occurred_at,
        dispute_events.dispute_event_key as event_key

    from sources

    inner join dispute_events
        on sources.dispute_key = dispute_events.dispute_key

    left join issues_told
        on sources.work_item_key = issues_told.work_item_key

    where dispute_events.dispute_status is not null and issues_told.work_item_key is null

    union all

    select
        sources.dispute_source_key,
        sources.source_kind,
        'triage' as field_name,
        'triaged' as source_status,
        sources.triaged_at as occurred_at,
        sources.dispute_source_key as event_key

    from sources

    where sources.source_kind = 'ticket' and sources.triaged_at is not null

)

select
    -- keys
    dispute_source_key,
    event_key,

    -- attributes
    source_kind,
    field_name,
    source_status,

    -- times
    occurred_at

from said

where occurred_at is not null
