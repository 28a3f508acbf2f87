{#- Grain: one accepted row of the flat file usage_manifests. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__usage_manifests') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_usage_manifest_id,
    rows_taken.meter_code,
    rows_taken.producer_code,
    rows_taken.event_count,
    rows_taken.quantity,
    rows_taken.first_sequence_number,
    rows_taken.last_sequence_number,
    rows_taken.window_starts_at,
    rows_taken.window_starts_on,
    rows_taken.window_ends_at,
    rows_taken.window_ends_on,
    rows_taken.recorded_at

from rows_taken
