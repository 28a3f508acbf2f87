{#- Grain: one window of one meter of one producer. -#}
with

manifests as (

    select * from {{ ref('stg_ops__usage_manifest') }} where row_disposition = 'accepted'

)

select
    'ops' as source_system,
    manifests.source_account,
    manifests.row_id as source_usage_manifest_id,
    manifests.meter_code,
    manifests.producer_code,
    manifests.event_count,
    manifests.quantity,
    manifests.first_sequence_number,
    manifests.last_sequence_number,
    manifests.window_starts_at,
    manifests.window_starts_on,
    manifests.window_ends_at,
    manifests.window_ends_on,
    manifests.recorded_at

from manifests
