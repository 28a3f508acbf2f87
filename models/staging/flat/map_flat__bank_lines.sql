{#- Grain: one accepted row of the flat file bank_lines. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__bank_lines') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_bank_line_id,
    rows_taken.source_entity_id,
    rows_taken.source_bank_account_id,
    rows_taken.source_bank_statement_id,
    rows_taken.transaction_code,
    rows_taken.bank_reference,
    rows_taken.remittance_reference,
    rows_taken.counterparty_name_hash,
    rows_taken.currency,
    rows_taken.line_amount,
    rows_taken.booked_at,
    rows_taken.booked_on,
    rows_taken.value_at,
    rows_taken.value_on,
    rows_taken.recorded_at

from rows_taken
