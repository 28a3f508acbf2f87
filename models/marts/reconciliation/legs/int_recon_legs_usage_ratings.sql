{#- Grain: one leg of R10, second stage: an event that came (left) or what it was rated as (right). -#}
with

usage_events as (

    select * from {{ ref('fct_usage_events') }}

),

rated_usage as (

    select * from {{ ref('fct_rated_usage') }}

),

unrated_events as (

    select * from {{ ref('int_recon_unrated_events') }}

),

lost_ratings as (

    -- Ratings are told apart from their events early: nearly none lacks one.
    select rated_usage.rated_usage_key

    from rated_usage

    inner join {{ ref('int_recon_usage_windows') }} as windows
        on rated_usage.source_system = windows.source_system
        and rated_usage.source_account = windows.source_account
        and rated_usage.meter_code = windows.meter_code
        and rated_usage.usage_starts_on = windows.metered_on

    where rated_usage.usage_event_key is null and windows.has_named_losses

),

sides as (

    select
        'L' as side,
        'event ' || usage_events.usage_event_key as leg_key,
        usage_events.usage_event_key as clear_key,
        usage_events.source_usage_event_id as natural_key,
        usage_events.legal_entity_code,
        'fct_usage_events' as source_table,
        usage_events.usage_event_key as source_key,
        'event' as document_kind,
        unrated_events.out_of_scope_reason,
        usage_events.quantity,
        usage_events.occurred_on,
        usage_events.recorded_at

    from usage_events

    left join unrated_events
        on usage_events.usage_event_key = unrated_events.usage_event_key

    union all

    select
        'R' as side,
        'rating ' || rated_usage.rated_usage_key as leg_key,
        -- Ratings of an event that never came belong together by its name.
        coalesce(
            rated_usage.usage_event_key,
            'event ' || rated_usage.source_account || ' ' || rated_usage.source_usage_event_id
        ) as clear_key,
        coalesce(rated_usage.source_usage_event_id, rated_usage.source_rated_usage_id) as natural_key,
        rated_usage.legal_entity_code,
        'fct_rated_usage' as source_table,
        rated_usage.rated_usage_key as source_key,
        'rating' as document_kind,
        case
            when rated_usage.source_usage_event_id is null then 'rated as a sum, not event by event'
            when lost_ratings.rated_usage_key is not null
                then 'its event never came: the stage before tells it'
        end as out_of_scope_reason,
        rated_usage.quantity,
        rated_usage.metered_on as occurred_on,
        rated_usage.recorded_at

    from rated_usage

    left join lost_ratings
        on rated_usage.rated_usage_key = lost_ratings.rated_usage_key

)

select
    'R10' as pair_id,
    side,
    leg_key,
    clear_key,
    natural_key,
    legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    source_table,
    source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    'XXX' as currency,
    cast(null as {{ dbt.type_string() }}) as functional_currency,
    cast(null as {{ dbt.type_string() }}) as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    out_of_scope_reason,
    cast(coalesce(quantity, 0) as decimal(18, 4)) as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    occurred_on,
    {{ month_of('occurred_on') }} as period_month,
    occurred_on as due_on,
    recorded_at

from sides
