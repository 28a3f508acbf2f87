{#- Grain: one accepted row of the flat file dispute_events. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__dispute_events') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_dispute_event_id,
    rows_taken.source_dispute_id,
    rows_taken.event_kind,
    rows_taken.dispute_status,
    rows_taken.actor,
    rows_taken.currency,
    rows_taken.event_amount,
    rows_taken.occurred_at,
    rows_taken.occurred_on,
    rows_taken.recorded_at

from rows_taken
