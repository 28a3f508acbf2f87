{#- Grain: one meter on one day: what its producers say they metered, what came, and what was rated
    without an event that came. -#}
with

manifests as (

    -- Windows of hours add up to their day; longer ones cannot be laid beside single days.
    select
        source_system,
        source_account,
        legal_entity_code,
        meter_code,
        window_starts_on as metered_on,
        quantity as reported_quantity,
        cast(0 as decimal(20, 6)) as came_quantity,
        cast(0 as decimal(20, 6)) as rated_quantity,
        1 as manifest_count

    from {{ ref('fct_usage_manifests') }}

    where window_ends_on <= cast({{ dbt.dateadd('day', 1, 'window_starts_on') }} as date)

),

events as (

    select
        source_system,
        source_account,
        legal_entity_code,
        meter_code,
        occurred_on as metered_on,
        cast(0 as decimal(20, 6)) as reported_quantity,
        quantity as came_quantity,
        cast(0 as decimal(20, 6)) as rated_quantity,
        0 as manifest_count

    from {{ ref('fct_usage_events') }}

),

rated_alone as (

    select
        rated_usage.source_system,
        rated_usage.source_account,
        rated_usage.legal_entity_code,
        rated_usage.meter_code,
        rated_usage.usage_starts_on as metered_on,
        cast(0 as decimal(20, 6)) as reported_quantity,
        cast(0 as decimal(20, 6)) as came_quantity,
        rated_usage.quantity as rated_quantity,
        0 as manifest_count

    from {{ ref('fct_rated_usage') }} as rated_usage

    where rated_usage.source_usage_event_id is not null and rated_usage.usage_event_key is null

),

counted as (

    select * from manifests
    union all
    select * from events
    union all
    select * from rated_alone

)

select
    -- keys
    source_system,
    source_account,
    meter_code,
    metered_on,
    min(legal_entity_code) as legal_entity_code,

    -- measures
    cast(sum(manifest_count) as int) as manifest_count,
    cast(sum(reported_quantity) as decimal(20, 6)) as reported_quantity,
    cast(sum(came_quantity) as decimal(20, 6)) as came_quantity,
    cast(sum(rated_quantity) as decimal(20, 6)) as rated_alone_quantity,

    -- attributes
    -- The meters counted it and it was rated: it was lost on the way, and its id is known.
    sum(rated_quantity) > 0
    and sum(reported_quantity) - sum(came_quantity) >= sum(rated_quantity) as has_named_losses

from counted

where metered_on is not null

group by source_system, source_account, meter_code, metered_on
