{#- Grain: one change of one setting. -#}
with

changes as (

    select * from {{ ref('stg_ops__config_change') }} where row_disposition = 'accepted'

)

select
    'ops' as source_system,
    changes.source_account,
    changes.config_change_id as source_config_change_id,
    changes.object_kind,
    changes.object_id as source_object_id,
    changes.field_name,
    changes.from_value,
    changes.to_value,
    changes.changed_by,
    changes.approved_by,
    changes.work_item_id as source_work_item_id,
    changes.changed_at,
    changes.changed_on,
    changes.recorded_at

from changes
