{#- Grain: one accepted row of the flat file test_results. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__test_results') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_test_result_id,
    rows_taken.suite_name,
    rows_taken.test_name,
    rows_taken.scenario_code,
    rows_taken.test_status,
    rows_taken.branch_name,
    rows_taken.commit_hash,
    rows_taken.ran_at,
    rows_taken.ran_on,
    rows_taken.recorded_at

from rows_taken
