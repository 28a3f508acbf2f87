{#- Grain: one accepted row of the flat file opening_positions. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__opening_positions') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_opening_position_id,
    rows_taken.source_entity_id,
    rows_taken.position_kind,
    rows_taken.source_document_id,
    rows_taken.source_customer_id,
    rows_taken.account_code,
    rows_taken.currency,
    rows_taken.open_amount,
    rows_taken.functional_currency,
    rows_taken.open_amount_functional,
    rows_taken.document_on,
    rows_taken.cut_over_on,
    rows_taken.recorded_at

from rows_taken
