{#- Grain: one event that came and that nobody rated, with the reason why that may be right. -#}
with

unrated as (

    select
        usage_events.*,
        -- Billing may take the day of receipt in the entity's zone or in UTC.
        least(
            coalesce(usage_events.received_on, usage_events.occurred_on),
            coalesce(cast(usage_events.received_at as date), usage_events.occurred_on)
        ) as first_received_on,
        greatest(
            coalesce(usage_events.received_on, usage_events.occurred_on),
            coalesce(cast(usage_events.received_at as date), usage_events.occurred_on)
        ) as last_received_on

    from {{ ref('fct_usage_events') }} as usage_events

    left join {{ ref('fct_rated_usage') }} as rated_usage
        on usage_events.usage_event_key = rated_usage.usage_event_key

    where rated_usage.rated_usage_key is null

),

usage_lines as (

    select * from {{ ref('int_recon_usage_lines') }}

),

scopes as (

    select * from {{ ref('int_recon_usage_scopes') }}

),

billed as (

    -- What comes late is on the bill of the days in which it came. Where the two clocks name days of
    -- two bills, both must be there.
    select
        unrated.usage_event_key,
        min(usage_lines.service_starts_on) <= min(unrated.first_received_on)
        and max(usage_lines.service_ends_on) > max(unrated.last_received_on) as is_billed

    from unrated

    inner join usage_lines
        on unrated.source_subscription_item_id = usage_lines.source_subscription_item_id
        and unrated.last_received_on >= usage_lines.service_starts_on
        and unrated.first_received_on < usage_lines.service_ends_on

    group by unrated.usage_event_key

)

select
    -- keys
    unrated.usage_event_key,
    unrated.source_subscription_item_id,

    -- attributes
    case
        when scopes.source_subscription_item_id is null then 'nothing of its charge is billed yet'
        when scopes.is_rated_in_sums then 'its charge is not rated event by event'
        when coalesce(billed.is_billed, false) then null
        when unrated.last_received_on >= scopes.last_service_ends_on then 'not billed yet'
        else 'the bill of its days is not in the warehouse'
    end as out_of_scope_reason,

    -- measures
    unrated.quantity

from unrated

left join scopes
    on unrated.source_subscription_item_id = scopes.source_subscription_item_id

left join billed
    on unrated.usage_event_key = billed.usage_event_key
