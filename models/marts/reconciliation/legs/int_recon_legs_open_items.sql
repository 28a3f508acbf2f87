{#- Grain: one leg of R08a: what is open of an invoice in billing (left) or in the ERP (right). -#}
with

invoices as (

    select * from {{ ref('fct_invoices') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice'

),

ledger_open_items as (

    select * from {{ ref('int_recon_ledger_open_items') }}

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

),

taken_back as (

    -- Where the reversal is open by what the original is: one settled the other, unsaid.
    select reversals.ledger_document_key

    from {{ ref('int_recon_ledger_reversals') }} as reversals

    inner join ledger_open_items as own_items
        on reversals.ledger_document_key = own_items.ledger_document_key

    inner join ledger_open_items as other_items
        on reversals.other_ledger_document_key = other_items.ledger_document_key

    where own_items.open_amount = -other_items.open_amount

),

billed as (

    -- Only for what is open: a ledger where all is settled costs nothing here.
    select
        ledger_documents.ledger_document_key,
        min(invoices.period_month) as period_month

    from ledger_open_items

    inner join ledger_documents
        on ledger_open_items.ledger_document_key = ledger_documents.ledger_document_key

    inner join invoices
        on ledger_documents.external_reference = invoices.invoice_number
        and ledger_documents.legal_entity_code = invoices.legal_entity_code
        and ledger_documents.currency = invoices.currency

    where ledger_open_items.open_amount <> 0 and invoices.invoice_status <> 'draft'

    group by ledger_documents.ledger_document_key

)

select
    'R08a' as pair_id,
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
        when invoices.invoice_status = 'draft' then 'a draft is no receivable yet'
        when invoices.invoice_status = 'void' then 'voided in billing'
        when invoices.open_amount = 0 then 'settled: nothing is open'
    end as out_of_scope_reason,
    invoices.open_amount as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    invoices.tax_amount as part_amount,
    0 as rounded_item_count,
    invoices.issued_on as occurred_on,
    invoices.period_month,
    invoices.issued_on as due_on,
    invoices.recorded_at

from invoices

union all

select
    'R08a' as pair_id,
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
        when ledger_open_items.open_amount = 0 then 'settled: nothing is open'
        when taken_back.ledger_document_key is not null
            then 'an ERP invoice and its reversal: together nothing is open'
    end as out_of_scope_reason,
    ledger_open_items.open_amount as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(document_parts.tax_amount as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    ledger_documents.document_on as occurred_on,
    -- What is open is one balance, in the period of the bill: when the ledger posted it is R01's.
    coalesce(
        billed.period_month,
        case
            when document_parts.is_opening_entry then {{ month_of('ledger_documents.document_on') }}
            else ledger_documents.period_month
        end
    ) as period_month,
    ledger_documents.document_on as due_on,
    ledger_documents.recorded_at

from ledger_documents

inner join ledger_open_items
    on ledger_documents.ledger_document_key = ledger_open_items.ledger_document_key

left join document_parts
    on ledger_documents.ledger_document_key = document_parts.ledger_document_key

left join billed
    on ledger_documents.ledger_document_key = billed.ledger_document_key

left join taken_back
    on ledger_documents.ledger_document_key = taken_back.ledger_document_key
