{#- Grain: one ERP invoice with the receipts that pay it, and which of them the bank has. -#}
with

ledger_applications as (

    select * from {{ ref('fct_ledger_applications') }}

),

receipts as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'receipt'

),

bank_lines as (

    select * from {{ ref('fct_bank_lines') }} where bank_reference is not null

),

banked as (

    -- A payment and its return have a reference each; two lines of one are one receipt.
    select
        bank_reference,
        min(bank_line_key) as bank_line_key

    from bank_lines

    group by bank_reference

)

select
    -- keys
    ledger_applications.to_ledger_document_key as ledger_document_key,
    min(banked.bank_line_key) as bank_line_key,

    -- measures
    count(banked.bank_line_key) as banked_receipt_count

from ledger_applications

inner join receipts
    on ledger_applications.from_ledger_document_key = receipts.ledger_document_key

-- The money may have come in on another entity's account.
inner join banked
    on receipts.external_reference = banked.bank_reference

group by ledger_applications.to_ledger_document_key
