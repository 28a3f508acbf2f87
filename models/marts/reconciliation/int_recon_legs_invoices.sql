{#- Grain: one leg of R01: a billing invoice (left) or an ERP receivable invoice (right). -#}
{{ config(access='private', schema='marts_private') }}
with

invoices as (

    select * from {{ ref('fct_invoices') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

)

select
    'R01' as pair_id,
    'L' as side,
    'invoice ' || invoices.invoice_key as leg_key,
    coalesce(invoices.invoice_number, 'invoice without number ' || invoices.invoice_key)
        as clear_key,
    invoices.legal_entity_code,
    invoices.currency,
    invoices.total_amount as signed_amount,
    invoices.issued_on as occurred_on,
    invoices.period_month,
    cast(null as date) as due_on,
    'fct_invoices' as source_table,
    invoices.invoice_key as source_key,
    case
        when invoices.invoice_status = 'draft' then 'a draft is no receivable yet'
        when invoices.invoice_status = 'void' then 'voided in billing'
    end as out_of_scope_reason

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
    ledger_documents.legal_entity_code,
    ledger_documents.currency,
    ledger_documents.total_amount as signed_amount,
    ledger_documents.document_on as occurred_on,
    ledger_documents.period_month,
    cast(null as date) as due_on,
    'fct_ledger_documents' as source_table,
    ledger_documents.ledger_document_key as source_key,
    case when ledger_documents.is_voided then 'voided in the ERP' end as out_of_scope_reason

from ledger_documents

where ledger_documents.document_kind = 'invoice'
