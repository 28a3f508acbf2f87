{#- Grain: one accepted row of the flat file contract_amendments. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__contract_amendments') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_contract_amendment_id,
    rows_taken.source_contract_id,
    rows_taken.source_contract_line_id,
    rows_taken.amendment_kind,
    rows_taken.quantity,
    rows_taken.unit_price,
    rows_taken.currency,
    rows_taken.effective_at,
    rows_taken.effective_on,
    rows_taken.recorded_at

from rows_taken
