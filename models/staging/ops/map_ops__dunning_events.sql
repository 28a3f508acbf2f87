{#- Grain: one event of dunning. -#}
with

events as (

    select * from {{ ref('stg_ops__dunning_event') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('ops', 'dunning_event', 'event') }}

)

select
    'ops' as source_system,
    events.source_account,
    events.dunning_event_id as source_dunning_event_id,
    events.customer_id as source_customer_id,
    events.invoice_id as source_invoice_id,
    statuses.canonical_value as event_kind,
    cast(events.dunning_step as int) as dunning_step,
    events.occurred_at,
    events.occurred_on,
    events.recorded_at

from events

inner join statuses
    on events.event_kind = statuses.raw_value
