{#- Grain: one accepted row of the flat file customer_links. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__customer_links') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_customer_link_id,
    rows_taken.left_source_system,
    rows_taken.left_source_account,
    rows_taken.left_source_customer_id,
    rows_taken.right_source_system,
    rows_taken.right_source_account,
    rows_taken.right_source_customer_id,
    rows_taken.evidence_rule,
    rows_taken.evidence,
    rows_taken.recorded_at

from rows_taken
