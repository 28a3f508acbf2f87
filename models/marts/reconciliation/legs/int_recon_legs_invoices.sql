{#- Grain: one leg of R01: a billing invoice (left) or an ERP receivable invoice (right). -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice'

),

customers as (

    select * from {{ ref('dim_customers') }}

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

)

select
    'R01' as pair_id,
    'L' as side,
    'invoice ' || invoices.invoice_key as leg_key,
    coalesce(invoices.invoice_number, 'invoice without number ' || invoices.invoice_key)
        as clear_key,
    coalesce(invoices.invoice_number, invoices.source_invoice_id) as natural_key,
    invoices.legal_entity_code,
    invoices.customer_key,
    'fct_invoices' as source_table,
    invoices.invoice_key as source_key,
    'invoice' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    invoices.currency,
    invoices.functional_currency,
    invoices.invoice_number as reference_raw,
    -- A parent may be billed for its child: what must agree is the family.
    coalesce(customers.parent_customer_key, customers.customer_key) as compared_value,
    case
        when invoices.invoice_status = 'draft' then 'a draft is no receivable yet'
        when invoices.invoice_status = 'void' then 'voided in billing'
    end as out_of_scope_reason,
    invoices.total_amount as signed_amount,
    invoices.total_amount_functional as signed_amount_functional,
    invoices.tax_amount as part_amount,
    0 as rounded_item_count,
    invoices.issued_on as occurred_on,
    invoices.period_month,
    invoices.issued_on as due_on,
    invoices.recorded_at

from invoices

left join customers
    on invoices.customer_key = customers.customer_key

union all

select
    'R01' as pair_id,
    'R' as side,
    'ledger document ' || ledger_documents.ledger_document_key as leg_key,
    coalesce(
        ledger_documents.external_reference,
        'ledger document without number ' || ledger_documents.ledger_document_key
    ) as clear_key,
    coalesce(ledger_documents.external_reference, ledger_documents.source_ledger_document_id)
        as natural_key,
    ledger_documents.legal_entity_code,
    ledger_documents.customer_key,
    'fct_ledger_documents' as source_table,
    ledger_documents.ledger_document_key as source_key,
    'invoice' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    ledger_documents.currency,
    ledger_documents.functional_currency,
    ledger_documents.external_reference as reference_raw,
    coalesce(customers.parent_customer_key, customers.customer_key) as compared_value,
    case when ledger_documents.is_voided then 'voided in the ERP' end as out_of_scope_reason,
    ledger_documents.total_amount as signed_amount,
    ledger_documents.total_amount_functional as signed_amount_functional,
    cast(document_parts.tax_amount as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    ledger_documents.document_on as occurred_on,
    -- A migrated invoice was posted when the ledger was opened, and belongs to its own month.
    case
        when document_parts.is_opening_entry then {{ month_of('ledger_documents.document_on') }}
        else ledger_documents.period_month
    end as period_month,
    ledger_documents.document_on as due_on,
    ledger_documents.recorded_at

from ledger_documents

left join document_parts
    on ledger_documents.ledger_document_key = document_parts.ledger_document_key

left join customers
    on ledger_documents.customer_key = customers.customer_key
