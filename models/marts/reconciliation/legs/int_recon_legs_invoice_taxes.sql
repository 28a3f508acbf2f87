{#- Grain: one leg of R02: the tax of a billing invoice (left) or of its ERP invoice (right). The ERP
    names no jurisdiction on its tax lines: what is compared is the whole tax of a document. -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }}

),

invoice_lines as (

    select * from {{ ref('fct_invoice_lines') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice'

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

),

reversals as (

    select * from {{ ref('int_recon_ledger_reversals') }}

),

rounded as (

    -- Each taxed line was rounded by itself; a bill that states its tax once was rounded once.
    select
        invoice_key,
        count(*) as taxed_line_count

    from invoice_lines

    where tax_amount <> 0

    group by invoice_key

),

brought_over as (

    -- Several documents may have been brought over under one number.
    select
        ledger_documents.legal_entity_code,
        ledger_documents.currency,
        ledger_documents.external_reference

    from ledger_documents

    inner join document_parts
        on ledger_documents.ledger_document_key = document_parts.ledger_document_key

    where document_parts.is_opening_entry and not ledger_documents.is_voided

    group by
        ledger_documents.legal_entity_code,
        ledger_documents.currency,
        ledger_documents.external_reference

)

select
    'R02' as pair_id,
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
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when invoices.invoice_status = 'draft' then 'a draft owes no tax yet'
        when invoices.invoice_status = 'void' then 'voided in billing'
        when invoices.tax_amount = 0 then 'no tax'
        when brought_over.external_reference is not null
            then 'an opening entry of the ERP: its tax was declared by the ledger before'
    end as out_of_scope_reason,
    invoices.tax_amount as signed_amount,
    invoices.tax_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    -- The ERP posts what it was told, in one figure: only billing's roundings count.
    cast(greatest(coalesce(rounded.taxed_line_count, 0), 1) as int) as rounded_item_count,
    invoices.issued_on as occurred_on,
    invoices.period_month,
    invoices.issued_on as due_on,
    invoices.recorded_at

from invoices

left join rounded
    on invoices.invoice_key = rounded.invoice_key

left join brought_over
    on invoices.invoice_number = brought_over.external_reference
    and invoices.legal_entity_code = brought_over.legal_entity_code
    and invoices.currency = brought_over.currency

union all

select
    'R02' as pair_id,
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
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when ledger_documents.is_voided then 'voided in the ERP'
        -- That it was posted anew is told once, by R01.
        when reversals.ledger_document_key is not null
            then 'an ERP invoice and its reversal: together no tax'
        when document_parts.is_opening_entry
            then 'an opening entry of the ERP: its tax was declared by the ledger before'
        when coalesce(document_parts.tax_amount, 0) = 0 then 'no tax'
    end as out_of_scope_reason,
    cast(coalesce(document_parts.tax_amount, 0) as decimal(18, 4)) as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    ledger_documents.document_on as occurred_on,
    ledger_documents.period_month,
    ledger_documents.document_on as due_on,
    ledger_documents.recorded_at

from ledger_documents

left join document_parts
    on ledger_documents.ledger_document_key = document_parts.ledger_document_key

left join reversals
    on ledger_documents.ledger_document_key = reversals.ledger_document_key
