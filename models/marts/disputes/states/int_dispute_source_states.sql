{#- Grain: one state of one source of a dispute from an instant on, as its own history says. -#}
with

events as (

    select * from {{ ref('int_dispute_source_events') }}

),

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

state_map as (

    select * from {{ ref('dispute_state_map') }}

),

states as (

    select * from {{ ref('dispute_state_kinds') }}

),

resolutions as (

    select
        dispute_source_key,
        source_kind,
        source_status,
        occurred_at,
        lead(occurred_at) over (
            partition by dispute_source_key
            order by occurred_at, event_key
        ) as before_at

    from events

    where field_name = 'resolution'

),

mapped as (

    select
        events.dispute_source_key,
        events.event_key,
        events.source_status,
        -- What is noted before the opening counts from it.
        greatest(events.occurred_at, sources.opened_at) as occurred_at,
        -- Resolved is the status; how, the resolution that stood then says.
        case
            when states.is_resolved then coalesce(outcomes.dispute_state, state_map.dispute_state)
            else state_map.dispute_state
        end as dispute_state

    from events

    inner join sources
        on events.dispute_source_key = sources.dispute_source_key

    inner join state_map
        on events.source_kind = state_map.source_kind
        and events.field_name = state_map.field_name
        and events.source_status = state_map.source_status
        and {{ local_date('events.occurred_at', 'sources.time_zone') }} >= state_map.valid_from_on
        and {{ local_date('events.occurred_at', 'sources.time_zone') }} < state_map.valid_before_on
        and state_map.field_name <> 'resolution'

    inner join states
        on state_map.dispute_state = states.dispute_state

    left join resolutions
        on events.dispute_source_key = resolutions.dispute_source_key
        and events.occurred_at >= resolutions.occurred_at
        and events.occurred_at < coalesce(resolutions.before_at, {{ end_of_time() }})

    left join state_map as outcomes
        on resolutions.source_kind = outcomes.source_kind
        and resolutions.source_status = outcomes.source_status
        and outcomes.field_name = 'resolution'
        and {{ local_date('events.occurred_at', 'sources.time_zone') }} >= outcomes.valid_from_on
        and {{ local_date('events.occurred_at', 'sources.time_zone') }} < outcomes.valid_before_on

),

followed as (

    select
        mapped.*,
        lag(dispute_state) over (
            partition by dispute_source_key
            order by occurred_at, event_key
        ) as state_before

    from mapped

)

select
    -- keys
    dispute_source_key,
    event_key,

    -- attributes
    dispute_state,
    source_status,

    -- times
    occurred_at

from followed

-- Triage moves what nobody has begun; what is being worked on stays so.
where dispute_state <> 'triaged' or state_before = 'opened'
