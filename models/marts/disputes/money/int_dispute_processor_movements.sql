{#- Grain: one movement of money that a processor made for one dispute, or its final loss. -#}
with

dispute_events as (

    select * from {{ ref('fct_dispute_events') }}

),

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

spans as (

    select * from {{ ref('int_dispute_source_spans') }}

),

movement_kinds as (

    select * from {{ ref('dispute_movement_kinds') }}

),

moved as (

    select
        sources.dispute_source_key,
        sources.legal_entity_code,
        sources.source_status,
        sources.time_zone,
        dispute_events.dispute_event_key,
        movement_kinds.movement_kind,
        movement_kinds.is_disputed_money,
        dispute_events.currency,
        dispute_events.event_amount,
        dispute_events.event_amount_functional,
        dispute_events.event_amount_reporting,
        dispute_events.occurred_at,
        dispute_events.occurred_on

    from dispute_events

    inner join sources
        on dispute_events.dispute_key = sources.dispute_key

    inner join movement_kinds
        on dispute_events.event_kind = movement_kinds.event_kind

    where dispute_events.occurred_on is null or dispute_events.occurred_on <= {{ as_of_date() }}

),

decided as (

    select
        dispute_source_key,
        max(entered_at) as decided_at

    from spans

    where left_at is null

    group by dispute_source_key

),

lost as (

    -- What was withdrawn and has not come back is lost when the case is.
    select
        moved.dispute_source_key,
        moved.legal_entity_code,
        moved.time_zone,
        moved.currency,
        {{ sum_amount('moved.event_amount') }} as lost_amount,
        {{ sum_amount('moved.event_amount_functional') }} as lost_amount_functional,
        {{ sum_amount('moved.event_amount_reporting') }} as lost_amount_reporting,
        min(case when moved.event_amount_functional is null then 0 else 1 end)
            as has_functional,
        min(case when moved.event_amount_reporting is null then 0 else 1 end) as has_reporting

    from moved

    where moved.source_status = 'lost' and moved.is_disputed_money

    group by
        moved.dispute_source_key, moved.legal_entity_code, moved.time_zone, moved.currency

    having sum(moved.event_amount) <> 0

)

select
    -- keys
    {{ surrogate_key(['movement_kind', 'currency', 'dispute_event_key']) }} as dispute_movement_key,
    dispute_source_key,
    dispute_event_key,
    legal_entity_code,

    -- attributes
    movement_kind,
    currency,
    true as is_cash,

    -- measures
    event_amount as moved_amount,
    event_amount_functional as moved_amount_functional,
    event_amount_reporting as moved_amount_reporting,

    -- times
    coalesce(occurred_on, {{ local_date('occurred_at', 'time_zone') }}) as occurred_on

from moved

union all

select
    {{ surrogate_key(["'loss'", 'lost.currency', 'lost.dispute_source_key']) }}
        as dispute_movement_key,
    lost.dispute_source_key,
    cast(null as {{ dbt.type_string() }}) as dispute_event_key,
    lost.legal_entity_code,
    'loss' as movement_kind,
    lost.currency,
    false as is_cash,
    cast(lost.lost_amount as decimal(18, 4)) as moved_amount,
    cast(case when lost.has_functional = 1 then lost.lost_amount_functional end as decimal(18, 4))
        as moved_amount_functional,
    cast(case when lost.has_reporting = 1 then lost.lost_amount_reporting end as decimal(18, 4))
        as moved_amount_reporting,
    {{ local_date('decided.decided_at', 'lost.time_zone') }} as occurred_on

from lost

inner join decided
    on lost.dispute_source_key = decided.dispute_source_key
