{#- Grain: one tax on one item of a Zuora invoice. -#}
with

taxes as (

    select * from {{ ref('stg_zuora__taxation_item') }} where row_disposition = 'accepted'

)

select
    'zuora' as source_system,
    taxes.source_account,
    taxes.taxation_item_id as source_invoice_tax_id,
    taxes.invoice_id as source_invoice_id,
    taxes.invoice_item_id as source_invoice_line_id,
    taxes.jurisdiction_code,
    taxes.tax_code,
    -- A rate is a share (0.0825) unless the tax is a fee.
    case
        when coalesce(taxes.tax_rate_type, 'percentage') = 'percentage'
            then cast({{ multiply_price('taxes.tax_rate', '100') }} as decimal(24, 12))
    end as tax_percent,
    taxes.currency,
    taxes.taxable_amount,
    taxes.tax_amount,
    coalesce(taxes.created_at, taxes.synced_at) as recorded_at

from taxes
