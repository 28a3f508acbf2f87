{#- Grain: one event that came and that nobody rated, with the reason why that may be right. -#}
with

unrated as (

    select
        usage_events.*,
        -- The day may be taken in the entity's zone or in UTC: the event is judged where both agree.
        least(usage_events.occurred_on, cast(usage_events.occurred_at as date)) as first_day_on,
        greatest(
            coalesce(usage_events.received_on, usage_events.occurred_on),
            coalesce(cast(usage_events.received_at as date), usage_events.occurred_on)
        ) as last_day_on

    from {{ ref('fct_usage_events') }} as usage_events

    left join {{ ref('fct_rated_usage') }} as rated_usage
        on usage_events.source_system = rated_usage.source_system
        and usage_events.source_account = rated_usage.source_account
        and usage_events.source_usage_event_id = rated_usage.source_usage_event_id

    where rated_usage.rated_usage_key is null

),

scopes as (

    select * from {{ ref('int_recon_usage_scopes') }}

)

select
    -- keys
    unrated.usage_event_key,
    unrated.source_subscription_item_id,

    -- attributes
    case
        when scopes.source_subscription_item_id is null then 'nothing of its charge is billed yet'
        when scopes.is_rated_in_sums then 'its charge is not rated event by event'
        when unrated.first_day_on < scopes.first_service_starts_on
            then 'before the first bill that the warehouse has'
        -- What comes late is on the next bill.
        when unrated.last_day_on >= scopes.last_service_ends_on then 'not billed yet'
    end as out_of_scope_reason,

    -- measures
    unrated.quantity

from unrated

left join scopes
    on unrated.source_subscription_item_id = scopes.source_subscription_item_id
