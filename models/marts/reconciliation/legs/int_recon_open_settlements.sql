{#- Grain: one kind of settlement on one side that is the whole difference between what is open of a
    document in billing and in the ERP. -#}
with

differences as (

    -- The documents themselves agree: what differs was settled differently.
    select * from {{ ref('int_recon_open_differences') }}
    where invoice_count > 0 and ledger_document_count > 0 and billed_amount = posted_amount

),

invoices as (

    select * from {{ ref('fct_invoices') }} where invoice_status not in ('draft', 'void')

),

document_applications as (

    select * from {{ ref('fct_document_applications') }}

),

credit_notes as (

    select * from {{ ref('fct_credit_notes') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

),

ledger_applications as (

    select * from {{ ref('fct_ledger_applications') }}

),

written_off_documents as (

    -- A document writes off where it books bad debt, on one line or several.
    select distinct journal_lines.ledger_document_key

    from {{ ref('fct_journal_lines') }} as journal_lines

    inner join {{ ref('dim_accounts') }} as ledger_accounts
        on journal_lines.source_system = ledger_accounts.source_system
        and journal_lines.source_account = ledger_accounts.source_account
        and journal_lines.account_code = ledger_accounts.account_code

    where
        ledger_accounts.account_role = 'bad_debt'
        and journal_lines.is_posting
        and journal_lines.is_primary_book
        and journal_lines.ledger_document_key is not null

),

in_billing as (

    select
        differences.legal_entity_code,
        differences.currency,
        differences.clear_key,
        differences.residual_amount,
        case
            when document_applications.application_kind = 'payment' then 'payment'
            when document_applications.application_kind = 'credit_note' and memos.ledger_document_key is null
                then 'credit_note_unknown_to_the_ledger'
            when document_applications.application_kind = 'credit_note' then 'credit_note'
            else 'other'
        end as settlement_kind,
        coalesce(credit_notes.credit_note_number, document_applications.source_payment_id)
            as settled_by,
        document_applications.applied_amount

    from differences

    inner join invoices
        on differences.clear_key = invoices.invoice_number
        and differences.legal_entity_code = invoices.legal_entity_code
        and differences.currency = invoices.currency

    inner join document_applications
        on invoices.invoice_key = document_applications.invoice_key
        and invoices.currency = document_applications.currency

    left join credit_notes
        on document_applications.credit_note_key = credit_notes.credit_note_key

    left join ledger_documents as memos
        on credit_notes.credit_note_number = memos.external_reference
        and credit_notes.legal_entity_code = memos.legal_entity_code
        and memos.document_kind = 'credit_memo'
        and not memos.is_voided

),

in_ledger as (

    select
        differences.legal_entity_code,
        differences.currency,
        differences.clear_key,
        differences.residual_amount,
        case
            when written_off_documents.ledger_document_key is not null then 'ledger_write_off'
            else 'ledger_settlement'
        end as settlement_kind,
        settling.document_number as settled_by,
        ledger_applications.applied_amount

    from differences

    inner join ledger_documents
        on differences.clear_key = ledger_documents.external_reference
        and differences.legal_entity_code = ledger_documents.legal_entity_code
        and differences.currency = ledger_documents.currency
        and ledger_documents.document_kind = 'invoice'

    inner join ledger_applications
        on ledger_documents.ledger_document_key = ledger_applications.to_ledger_document_key

    left join ledger_documents as settling
        on ledger_applications.from_ledger_document_key = settling.ledger_document_key

    left join written_off_documents
        on ledger_applications.from_ledger_document_key = written_off_documents.ledger_document_key

),

compared as (

    -- Billing settled more: the residual is negative. One settlement that is the difference, or
    -- all of its kind together.
    select
        legal_entity_code,
        currency,
        clear_key,
        settlement_kind,
        'in billing and not in the ERP: ' as place,
        min(case when applied_amount = -residual_amount then settled_by end) as the_one,
        min(settled_by) as settled_by,
        {{ sum_amount('applied_amount') }} as applied_amount,
        -min(residual_amount) as missing_amount

    from in_billing

    where settlement_kind <> 'other'

    group by legal_entity_code, currency, clear_key, settlement_kind

    union all

    select
        legal_entity_code,
        currency,
        clear_key,
        settlement_kind,
        'in the ERP and not in billing: ' as place,
        min(case when applied_amount = residual_amount then settled_by end) as the_one,
        min(settled_by) as settled_by,
        {{ sum_amount('applied_amount') }} as applied_amount,
        min(residual_amount) as missing_amount

    from in_ledger

    group by legal_entity_code, currency, clear_key, settlement_kind

)

select
    -- keys
    legal_entity_code,
    currency,
    clear_key,

    -- attributes
    settlement_kind,
    place || coalesce(the_one, settled_by, '(no number)') || ', '
    || cast(missing_amount as {{ dbt.type_string() }}) as evidence

from compared

where the_one is not null or applied_amount = missing_amount
