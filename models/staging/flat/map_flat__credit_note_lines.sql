{#- Grain: one accepted row of the flat file credit_note_lines. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__credit_note_lines') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_credit_note_line_id,
    rows_taken.source_credit_note_id,
    rows_taken.source_invoice_line_id,
    rows_taken.source_product_id,
    rows_taken.line_number,
    rows_taken.line_description,
    rows_taken.currency,
    rows_taken.quantity,
    rows_taken.unit_price,
    rows_taken.line_amount,
    rows_taken.discount_amount,
    rows_taken.tax_amount,
    rows_taken.rounding_residual_amount,
    rows_taken.recorded_at

from rows_taken
