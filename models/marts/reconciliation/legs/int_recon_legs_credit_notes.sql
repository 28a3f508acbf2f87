{#- Grain: one leg of R03: a billing credit note (left) or an ERP credit memo (right). -#}
with

credit_notes as (

    select * from {{ ref('fct_credit_notes') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'credit_memo'

),

customers as (

    select * from {{ ref('dim_customers') }}

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

)

select
    'R03' as pair_id,
    'L' as side,
    'credit note ' || credit_notes.credit_note_key as leg_key,
    coalesce(
        credit_notes.credit_note_number, 'credit note without number ' || credit_notes.credit_note_key
    ) as clear_key,
    coalesce(credit_notes.credit_note_number, credit_notes.source_credit_note_id) as natural_key,
    credit_notes.legal_entity_code,
    credit_notes.customer_key,
    'fct_credit_notes' as source_table,
    credit_notes.credit_note_key as source_key,
    'credit_memo' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    credit_notes.currency,
    credit_notes.functional_currency,
    credit_notes.credit_note_number as reference_raw,
    -- A parent may be billed for its child: what must agree is the family.
    coalesce(customers.parent_customer_key, customers.customer_key) as compared_value,
    case
        when credit_notes.credit_note_status = 'draft' then 'a draft is no credit yet'
        when credit_notes.credit_note_status = 'void' then 'voided in billing'
    end as out_of_scope_reason,
    credit_notes.total_amount as signed_amount,
    credit_notes.total_amount_functional as signed_amount_functional,
    credit_notes.tax_amount as part_amount,
    0 as rounded_item_count,
    credit_notes.issued_on as occurred_on,
    credit_notes.period_month,
    credit_notes.issued_on as due_on,
    credit_notes.recorded_at

from credit_notes

left join customers
    on credit_notes.customer_key = customers.customer_key

union all

select
    'R03' as pair_id,
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
    'credit_memo' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    ledger_documents.currency,
    ledger_documents.functional_currency,
    ledger_documents.external_reference as reference_raw,
    coalesce(customers.parent_customer_key, customers.customer_key) as compared_value,
    case when ledger_documents.is_voided then 'voided in the ERP' end as out_of_scope_reason,
    ledger_documents.total_amount as signed_amount,
    ledger_documents.total_amount_functional as signed_amount_functional,
    -- A credit takes tax back: debited where an invoice credits it.
    cast(-document_parts.tax_amount as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    ledger_documents.document_on as occurred_on,
    -- A migrated memo was posted when the ledger was opened, and belongs to its own month.
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
