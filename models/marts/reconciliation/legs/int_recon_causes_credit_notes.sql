{#- Grain: one cause that a leg of R03 names for itself: what the integration log says of a credit
    note that never arrived, and a memo that is void on the other side only. -#}
with

credit_notes as (

    select * from {{ ref('fct_credit_notes') }} where credit_note_status <> 'draft'

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'credit_memo'

),

undelivered as (

    select * from {{ ref('int_recon_undelivered') }} where object_kind = 'credit_note'

)

select
    'R03' as pair_id,
    'credit note ' || credit_notes.credit_note_key as leg_key,
    'alone' as applies_when,
    undelivered.break_code,
    min(undelivered.evidence) as evidence

from credit_notes

inner join undelivered
    on credit_notes.source_credit_note_id = undelivered.source_object_id
    and credit_notes.legal_entity_code = undelivered.legal_entity_code

group by credit_notes.credit_note_key, undelivered.break_code

union all

select
    'R03' as pair_id,
    'ledger document ' || ledger_documents.ledger_document_key as leg_key,
    'alone' as applies_when,
    'void_one_side' as break_code,
    min('credit note ' || credit_notes.credit_note_number || ' is void in billing') as evidence

from ledger_documents

inner join credit_notes
    on ledger_documents.external_reference = credit_notes.credit_note_number
    and ledger_documents.legal_entity_code = credit_notes.legal_entity_code
    and ledger_documents.currency = credit_notes.currency

where credit_notes.credit_note_status = 'void' and not ledger_documents.is_voided

group by ledger_documents.ledger_document_key

union all

select
    'R03' as pair_id,
    'credit note ' || credit_notes.credit_note_key as leg_key,
    'alone' as applies_when,
    'void_one_side' as break_code,
    min('ledger document ' || ledger_documents.document_number || ' is void in the ERP') as evidence

from credit_notes

inner join ledger_documents
    on credit_notes.credit_note_number = ledger_documents.external_reference
    and credit_notes.legal_entity_code = ledger_documents.legal_entity_code
    and credit_notes.currency = ledger_documents.currency

where credit_notes.credit_note_status <> 'void' and ledger_documents.is_voided

group by credit_notes.credit_note_key
