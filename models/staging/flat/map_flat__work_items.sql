{#- Grain: one accepted row of the flat file work_items. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__work_items') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_work_item_id,
    rows_taken.source_customer_id,
    rows_taken.source_invoice_id,
    rows_taken.caused_by_source_work_item_id,
    rows_taken.work_item_kind,
    rows_taken.work_item_number,
    rows_taken.work_item_status,
    rows_taken.priority_code,
    rows_taken.severity_code,
    rows_taken.root_cause_code,
    rows_taken.triaged_by,
    rows_taken.triaged_at,
    rows_taken.triaged_on,
    rows_taken.opened_at,
    rows_taken.opened_on,
    rows_taken.detected_at,
    rows_taken.detected_on,
    rows_taken.resolved_at,
    rows_taken.resolved_on,
    rows_taken.closed_at,
    rows_taken.closed_on,
    rows_taken.recorded_at

from rows_taken
