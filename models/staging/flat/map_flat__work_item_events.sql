{#- Grain: one accepted row of the flat file work_item_events. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__work_item_events') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_work_item_event_id,
    rows_taken.source_work_item_id,
    rows_taken.field_name,
    rows_taken.from_value,
    rows_taken.to_value,
    rows_taken.actor,
    rows_taken.occurred_at,
    rows_taken.occurred_on,
    rows_taken.recorded_at

from rows_taken
