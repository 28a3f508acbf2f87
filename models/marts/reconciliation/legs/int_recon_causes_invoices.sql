{#- Grain: one cause that a leg of R01 names for itself: what the integration log says of an invoice
    that never arrived, and a document that is void on the other side only. -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }} where invoice_status <> 'draft'

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice'

),

undelivered as (

    select * from {{ ref('int_recon_undelivered') }} where object_kind = 'invoice'

)

select
    'R01' as pair_id,
    'invoice ' || invoices.invoice_key as leg_key,
    'alone' as applies_when,
    undelivered.break_code,
    min(undelivered.evidence) as evidence

from invoices

inner join undelivered
    on invoices.source_invoice_id = undelivered.source_object_id
    and invoices.legal_entity_code = undelivered.legal_entity_code

group by invoices.invoice_key, undelivered.break_code

union all

select
    'R01' as pair_id,
    'ledger document ' || ledger_documents.ledger_document_key as leg_key,
    'alone' as applies_when,
    'void_one_side' as break_code,
    min('invoice ' || invoices.invoice_number || ' is void in billing') as evidence

from ledger_documents

inner join invoices
    on ledger_documents.external_reference = invoices.invoice_number
    and ledger_documents.legal_entity_code = invoices.legal_entity_code
    and ledger_documents.currency = invoices.currency

where invoices.invoice_status = 'void' and not ledger_documents.is_voided

group by ledger_documents.ledger_document_key

union all

select
    'R01' as pair_id,
    'invoice ' || invoices.invoice_key as leg_key,
    'alone' as applies_when,
    'void_one_side' as break_code,
    min('ledger document ' || ledger_documents.document_number || ' is void in the ERP') as evidence

from invoices

inner join ledger_documents
    on invoices.invoice_number = ledger_documents.external_reference
    and invoices.legal_entity_code = ledger_documents.legal_entity_code
    and invoices.currency = ledger_documents.currency

where invoices.invoice_status <> 'void' and ledger_documents.is_voided

group by invoices.invoice_key
