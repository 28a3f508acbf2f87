{#- Grain: one charge that meters feed: the services that its usage lines bill, and what they bill
    beyond what was rated. -#}
with

usage_lines as (

    select * from {{ ref('int_recon_usage_lines') }} where source_subscription_item_id is not null

),

summed_ratings as (

    -- One rating without an event is enough: the charge is not rated event by event.
    select distinct source_subscription_item_id
    from {{ ref('fct_rated_usage') }}
    where source_usage_event_id is null and source_subscription_item_id is not null

)

select
    -- keys
    usage_lines.source_subscription_item_id,

    -- attributes
    max(case when usage_lines.is_rated then 1 else 0 end) = 1 as is_rated,
    max(case when summed_ratings.source_subscription_item_id is not null then 1 else 0 end) = 1
        as is_rated_in_sums,

    -- measures
    cast(
        sum(
            case
                when usage_lines.is_billed_again then 0
                else usage_lines.billed_quantity - usage_lines.rated_quantity
            end
        ) as decimal(20, 6)
    ) as billed_unrated_quantity,

    -- times
    max(usage_lines.service_ends_on) as last_service_ends_on

from usage_lines

left join summed_ratings
    on usage_lines.source_subscription_item_id = summed_ratings.source_subscription_item_id

group by usage_lines.source_subscription_item_id
