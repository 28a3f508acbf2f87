{#- Grain: the tax of one Stripe invoice: the shape carries it on the header only. -#}
with

invoices as (

    select * from {{ ref('stg_stripe__invoice') }} where row_disposition = 'accepted'

)

select
    'stripe' as source_system,
    invoices.source_account,
    invoices.invoice_id as source_invoice_tax_id,
    invoices.invoice_id as source_invoice_id,
    cast(null as {{ dbt.type_string() }}) as source_invoice_line_id,
    cast(null as {{ dbt.type_string() }}) as jurisdiction_code,
    cast(null as {{ dbt.type_string() }}) as tax_code,
    cast(null as decimal(24, 12)) as tax_percent,
    invoices.currency,
    cast(invoices.total_amount - invoices.tax_amount as decimal(18, 4)) as taxable_amount,
    invoices.tax_amount,
    coalesce(invoices.created_at, invoices.synced_at) as recorded_at

from invoices

where invoices.tax_amount is not null and invoices.tax_amount <> 0
