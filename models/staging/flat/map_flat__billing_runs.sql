{#- Grain: one accepted row of the flat file billing_runs. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__billing_runs') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_billing_run_id,
    rows_taken.source_entity_id,
    rows_taken.run_kind,
    rows_taken.billing_run_status,
    rows_taken.expected_account_count,
    rows_taken.processed_account_count,
    rows_taken.failed_account_count,
    rows_taken.approved_exception_count,
    rows_taken.target_on,
    rows_taken.committed_deadline_at,
    rows_taken.committed_deadline_on,
    rows_taken.started_at,
    rows_taken.started_on,
    rows_taken.completed_at,
    rows_taken.completed_on,
    rows_taken.posted_at,
    rows_taken.posted_on,
    rows_taken.recorded_at

from rows_taken
