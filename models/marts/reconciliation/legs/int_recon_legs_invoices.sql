{#- Grain: one leg of R01: a billing invoice (left) or an ERP receivable invoice (right). -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice'

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
    invoices.customer_key as compared_value,
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
    ledger_documents.customer_key as compared_value,
    case when ledger_documents.is_voided then 'voided in the ERP' end as out_of_scope_reason,
    ledger_documents.total_amount as signed_amount,
    ledger_documents.total_amount_functional as signed_amount_functional,
    document_parts.tax_amount as part_amount,
    0 as rounded_item_count,
    ledger_documents.document_on as occurred_on,
    ledger_documents.period_month,
    ledger_documents.document_on as due_on,
    ledger_documents.recorded_at

from ledger_documents

left join document_parts
    on ledger_documents.ledger_document_key = document_parts.ledger_document_key
