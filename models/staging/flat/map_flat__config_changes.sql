{#- Grain: one accepted row of the flat file config_changes. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__config_changes') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_config_change_id,
    rows_taken.object_kind,
    rows_taken.source_object_id,
    rows_taken.field_name,
    rows_taken.from_value,
    rows_taken.to_value,
    rows_taken.changed_by,
    rows_taken.approved_by,
    rows_taken.source_work_item_id,
    rows_taken.changed_at,
    rows_taken.changed_on,
    rows_taken.recorded_at

from rows_taken
