{#- Grain: one accepted row of the flat file sync_messages. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__sync_messages') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_sync_message_id,
    rows_taken.message_key,
    rows_taken.interface_code,
    rows_taken.target_system,
    rows_taken.object_kind,
    rows_taken.source_object_id,
    rows_taken.attempt_number,
    rows_taken.message_status,
    rows_taken.error_code,
    rows_taken.created_at,
    rows_taken.created_on,
    rows_taken.attempted_at,
    rows_taken.attempted_on,
    rows_taken.delivered_at,
    rows_taken.delivered_on,
    rows_taken.recorded_at

from rows_taken
