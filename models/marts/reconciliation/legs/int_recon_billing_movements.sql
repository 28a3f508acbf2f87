{#- Grain: one kind of movement of billing's open items in one legal entity, currency and period. -#}
with

receivable_events as (

    select * from {{ ref('fct_receivable_events') }}
    where receivable_kind = 'open_items' and known_before_at is null

)

select
    -- keys
    legal_entity_code,

    -- attributes
    movement,
    currency,
    functional_currency,

    -- measures
    {{ sum_amount('event_amount') }} as movement_amount,

    -- times
    period_month

from receivable_events

group by
    legal_entity_code,
    movement,
    currency,
    functional_currency,
    period_month
