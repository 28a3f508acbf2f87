{#- Grain: one invoice, charge and service that it bills: void invoices and those credited in full
    bill nothing. -#}
with

invoice_lines as (

    select * from {{ ref('fct_invoice_lines') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

)

select
    -- keys
    invoices.invoice_key,
    invoices.source_system,
    invoices.source_account,
    invoices.legal_entity_code,
    invoice_lines.source_subscription_item_id,

    -- attributes
    invoice_lines.line_kind,
    coalesce(invoices.invoice_number, invoices.source_invoice_id) as natural_key,
    invoices.invoice_status = 'draft' as is_draft,
    invoices.invoice_status <> 'void'
    and not (
        invoices.total_amount > 0 and invoices.credited_amount >= invoices.total_amount
    ) as is_billed,

    -- measures
    cast(sum(invoice_lines.line_amount) as decimal(18, 4)) as service_amount,

    -- times
    invoice_lines.service_starts_on,
    invoice_lines.service_ends_on,
    invoices.created_at

from invoice_lines

inner join invoices
    on invoice_lines.invoice_key = invoices.invoice_key

where
    invoice_lines.line_kind in ('recurring', 'usage', 'proration')
    and invoice_lines.source_subscription_item_id is not null
    and invoice_lines.service_ends_on is not null

group by
    invoices.invoice_key,
    invoices.source_system,
    invoices.source_account,
    invoices.legal_entity_code,
    invoice_lines.source_subscription_item_id,
    invoice_lines.line_kind,
    coalesce(invoices.invoice_number, invoices.source_invoice_id),
    invoices.invoice_status,
    invoices.total_amount,
    invoices.credited_amount,
    invoice_lines.service_starts_on,
    invoice_lines.service_ends_on,
    invoices.created_at
