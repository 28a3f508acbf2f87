{#- Grain: one accepted row of the flat file contracts. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__contracts') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_contract_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.contract_number,
    rows_taken.contract_status,
    rows_taken.renewed_from_source_contract_id,
    rows_taken.currency,
    rows_taken.total_amount,
    rows_taken.term_months,
    rows_taken.signed_at,
    rows_taken.signed_on,
    rows_taken.starts_on,
    rows_taken.ends_before_on,
    rows_taken.recorded_at

from rows_taken
