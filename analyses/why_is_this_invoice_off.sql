-- Answers: what does each system say about one invoice, what settled it where, and which breaks is it
-- part of?
-- Change: the number between the first pair of quotes. Empty: the invoice with the largest break.
with

chosen as (

    select coalesce(nullif('', ''), (
        select natural_key from marts.recon_breaks
        where pair_id = 'R01'
        order by abs(residual_amount) desc, natural_key
        limit 1
    )) as invoice_number

),

invoices as (

    select invoices.*
    from core.fct_invoices as invoices
    inner join chosen on invoices.invoice_number = chosen.invoice_number

),

ledger_documents as (

    -- A copy or another spelling may have the number within its own.
    select ledger_documents.*
    from core.fct_ledger_documents as ledger_documents
    inner join chosen
        on ledger_documents.external_reference = chosen.invoice_number
        or ledger_documents.document_number like chosen.invoice_number || '%'
        or translate(lower(ledger_documents.document_number), ' -', '')
        = translate(lower(chosen.invoice_number), ' -', '')
    where ledger_documents.document_kind = 'invoice'

)

select
    1 as step,
    'billing: invoice' as what,
    invoice_number as document_number,
    legal_entity_code,
    currency,
    total_amount as amount,
    open_amount,
    issued_on as happened_on,
    invoice_status || ', tax ' || cast(tax_amount as string) as remark
from invoices

union all

select
    2 as step,
    'billing: ' || applications.application_kind as what,
    coalesce(credit_notes.credit_note_number, applications.source_payment_id) as document_number,
    applications.legal_entity_code,
    applications.currency,
    -applications.applied_amount as amount,
    null as open_amount,
    applications.applied_on as happened_on,
    null as remark
from invoices
inner join core.fct_document_applications as applications
    on invoices.invoice_key = applications.invoice_key
left join core.fct_credit_notes as credit_notes
    on applications.credit_note_key = credit_notes.credit_note_key

union all

select
    3 as step,
    'integration log' as what,
    messages.message_key as document_number,
    messages.legal_entity_code,
    invoices.currency,
    null as amount,
    null as open_amount,
    messages.attempted_on as happened_on,
    'attempt ' || cast(messages.attempt_number as string) || ': ' || messages.message_status
    || coalesce(', ' || messages.error_code, '') as remark
from invoices
inner join core.fct_sync_messages as messages
    on invoices.source_invoice_id = messages.source_object_id
    and messages.object_kind = 'invoice'

union all

select
    4 as step,
    'ERP: invoice' as what,
    document_number,
    legal_entity_code,
    currency,
    total_amount as amount,
    null as open_amount,
    document_on as happened_on,
    'period ' || substr(cast(period_month as string), 1, 7)
    || case when is_voided then ', void' else '' end
    || case when is_reversal then ', reversal' else '' end as remark
from ledger_documents

union all

select
    5 as step,
    'ERP: ' || settling.document_kind as what,
    settling.document_number,
    settling.legal_entity_code,
    applications.currency,
    -applications.applied_amount as amount,
    null as open_amount,
    applications.applied_on as happened_on,
    settling.external_reference as remark
from ledger_documents
inner join core.fct_ledger_applications as applications
    on ledger_documents.ledger_document_key = applications.to_ledger_document_key
left join core.fct_ledger_documents as settling
    on applications.from_ledger_document_key = settling.ledger_document_key

union all

select
    6 as step,
    'break: ' || breaks.pair_id || ' ' || breaks.break_code as what,
    breaks.natural_key as document_number,
    breaks.legal_entity_code,
    breaks.currency,
    breaks.residual_amount as amount,
    null as open_amount,
    breaks.first_occurred_on as happened_on,
    breaks.evidence || '. ' || breaks.owner || ': ' || breaks.next_step as remark
from marts.recon_breaks as breaks
inner join chosen
    on breaks.natural_key = chosen.invoice_number

order by step, happened_on, document_number
