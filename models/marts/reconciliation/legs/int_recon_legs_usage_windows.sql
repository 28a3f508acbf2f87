{#- Grain: one leg of R10, first stage: what the meters report (left) against the events that came
    (right), by meter and day; an event that is known to be lost stands apart, by its id. -#}
with

windows as (

    select
        windows.*,
        'metered ' || source_system || ' ' || source_account || ' ' || meter_code || ' '
        || cast(metered_on as {{ dbt.type_string() }}) as window_name

    from {{ ref('int_recon_usage_windows') }} as windows

),

manifests as (

    -- A report of a day or part of one is of that day's window.
    select
        manifests.*,
        case
            when
                window_ends_on <= cast({{ dbt.dateadd('day', 1, 'window_starts_on') }} as date)
                then window_starts_on
        end as metered_on

    from {{ ref('fct_usage_manifests') }} as manifests

),

lost_events as (

    -- Ratings of one event add up: it is lost once.
    select
        windows.window_name,
        rated_usage.source_system,
        rated_usage.source_account,
        rated_usage.legal_entity_code,
        rated_usage.source_usage_event_id,
        min(rated_usage.rated_usage_key) as rated_usage_key,
        min(rated_usage.usage_starts_on) as metered_on,
        sum(rated_usage.quantity) as quantity

    from {{ ref('fct_rated_usage') }} as rated_usage

    inner join windows
        on rated_usage.source_system = windows.source_system
        and rated_usage.source_account = windows.source_account
        and rated_usage.meter_code = windows.meter_code
        and rated_usage.usage_starts_on = windows.metered_on
        and windows.has_named_losses

    where rated_usage.source_usage_event_id is not null and rated_usage.usage_event_key is null

    group by 1, 2, 3, 4, 5

),

sides as (

    select
        'L' as side,
        'manifest ' || manifests.usage_manifest_key as leg_key,
        coalesce(windows.window_name, 'manifest ' || manifests.usage_manifest_key) as clear_key,
        manifests.source_usage_manifest_id as natural_key,
        manifests.legal_entity_code,
        'fct_usage_manifests' as source_table,
        manifests.usage_manifest_key as source_key,
        'report of a meter' as document_kind,
        manifests.quantity,
        manifests.window_starts_on as metered_on,
        case
            when windows.window_name is null then 'its window is no day or part of one'
        end as out_of_scope_reason

    from manifests

    left join windows
        on manifests.source_system = windows.source_system
        and manifests.source_account = windows.source_account
        and manifests.meter_code = windows.meter_code
        and manifests.metered_on = windows.metered_on

    union all

    -- Told by its name, the event is taken out of the sum of its day: both legs come to nothing.
    select
        'L' as side,
        'lost event ' || source_account || ' ' || source_usage_event_id as leg_key,
        'lost event ' || source_account || ' ' || source_usage_event_id as clear_key,
        source_usage_event_id as natural_key,
        legal_entity_code,
        'fct_rated_usage' as source_table,
        rated_usage_key as source_key,
        'event that never came' as document_kind,
        quantity,
        metered_on,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason

    from lost_events

    union all

    select
        'L' as side,
        'told by name ' || source_account || ' ' || source_usage_event_id as leg_key,
        window_name as clear_key,
        source_usage_event_id as natural_key,
        legal_entity_code,
        'fct_rated_usage' as source_table,
        rated_usage_key as source_key,
        'event told by its name' as document_kind,
        -quantity as quantity,
        metered_on,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason

    from lost_events

    union all

    select
        'R' as side,
        window_name as leg_key,
        window_name as clear_key,
        window_name as natural_key,
        legal_entity_code,
        'fct_usage_events' as source_table,
        window_name as source_key,
        'events of a meter and day' as document_kind,
        came_quantity as quantity,
        metered_on,
        case when manifest_count = 0 then 'no meter has reported for its day yet' end
            as out_of_scope_reason

    from windows

    where manifest_count > 0 or came_quantity <> 0

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
    cast(quantity as decimal(18, 4)) as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    metered_on as occurred_on,
    {{ month_of('metered_on') }} as period_month,
    metered_on as due_on,
    cast(null as timestamp) as recorded_at

from sides
