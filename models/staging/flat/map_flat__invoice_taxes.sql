{#- Grain: one accepted row of the flat file invoice_taxes. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__invoice_taxes') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_invoice_tax_id,
    rows_taken.source_invoice_id,
    rows_taken.source_invoice_line_id,
    rows_taken.jurisdiction_code,
    rows_taken.tax_code,
    rows_taken.tax_percent,
    rows_taken.currency,
    rows_taken.taxable_amount,
    rows_taken.tax_amount,
    rows_taken.recorded_at

from rows_taken
