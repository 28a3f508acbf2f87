{#- Grain: one leg of R16: a payment without a processor as billing applied it to an invoice or debit
    memo (left), or as the ERP applied its receipt to the document of that number (right). -#}
with

applications as (

    select * from {{ ref('fct_document_applications') }} where application_kind = 'payment'

),

payments as (

    select * from {{ ref('fct_payments') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

ledger_applications as (

    select * from {{ ref('fct_ledger_applications') }}

),

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }}

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

),

receipts as (

    -- A receipt, or the journal that takes one back when the bank does.
    select
        documents.ledger_document_key,
        documents.customer_key,
        coalesce(document_parts.is_through_processor, false) as is_through_processor

    from ledger_documents as documents

    left join ledger_documents as reversed
        on documents.reverses_source_ledger_document_id = reversed.source_ledger_document_id
        and documents.source_system = reversed.source_system
        and documents.source_account = reversed.source_account

    left join document_parts
        on coalesce(reversed.ledger_document_key, documents.ledger_document_key)
        = document_parts.ledger_document_key

    where documents.document_kind = 'receipt' or reversed.document_kind = 'receipt'

),

debit_memos as (

    -- Billing shows an application to a debit memo without its number, which the payer's reference
    -- names, perhaps among others.
    select
        applications.document_application_key,
        min(ledger_documents.external_reference) as document_number

    from applications

    inner join payments
        on applications.payment_key = payments.payment_key

    inner join ledger_documents
        on payments.legal_entity_code = ledger_documents.legal_entity_code
        and payments.currency = ledger_documents.currency
        and ledger_documents.document_kind = 'debit_memo'
        and position(ledger_documents.external_reference in payments.remittance_reference) > 0

    where applications.invoice_key is null

    group by applications.document_application_key

    having count(*) = 1

),

told as (

    select
        'L' as side,
        'application ' || applications.document_application_key as leg_key,
        coalesce(
            invoices.invoice_number,
            debit_memos.document_number,
            payments.remittance_reference,
            'application ' || applications.document_application_key
        ) as document_number,
        -- A document that only the payer's own words might name is left to amount and customer (M6).
        coalesce(invoices.invoice_number, debit_memos.document_number) as reference_raw,
        coalesce(invoices.legal_entity_code, payments.legal_entity_code, applications.legal_entity_code)
            as legal_entity_code,
        coalesce(invoices.customer_key, payments.customer_key) as customer_key,
        'fct_document_applications' as source_table,
        applications.document_application_key as source_key,
        'payment applied' as document_kind,
        applications.currency,
        coalesce(invoices.functional_currency, payments.functional_currency) as functional_currency,
        case
            when coalesce(payments.payment_channel, '') <> 'external'
                then 'through a processor (R04)'
        end as out_of_scope_reason,
        applications.applied_amount as signed_amount,
        applications.applied_amount_functional as signed_amount_functional,
        applications.applied_on as occurred_on,
        applications.period_month,
        applications.recorded_at

    from applications

    left join payments
        on applications.payment_key = payments.payment_key

    left join invoices
        on applications.invoice_key = invoices.invoice_key

    left join debit_memos
        on applications.document_application_key = debit_memos.document_application_key

    union all

    select
        'R' as side,
        'ledger application ' || ledger_applications.ledger_application_key as leg_key,
        coalesce(
            applied_to.external_reference,
            'ledger application ' || ledger_applications.ledger_application_key
        ) as document_number,
        applied_to.external_reference as reference_raw,
        coalesce(applied_to.legal_entity_code, ledger_applications.legal_entity_code)
            as legal_entity_code,
        applied_to.customer_key,
        'fct_ledger_applications' as source_table,
        ledger_applications.ledger_application_key as source_key,
        'receipt applied' as document_kind,
        ledger_applications.currency,
        coalesce(applied_to.functional_currency, ledger_applications.functional_currency)
            as functional_currency,
        case when receipts.is_through_processor then 'through a processor (R04, R17)' end
            as out_of_scope_reason,
        ledger_applications.applied_amount as signed_amount,
        ledger_applications.applied_amount_functional as signed_amount_functional,
        ledger_applications.applied_on as occurred_on,
        ledger_applications.period_month,
        ledger_applications.recorded_at

    from ledger_applications

    inner join receipts
        on ledger_applications.from_ledger_document_key = receipts.ledger_document_key

    left join ledger_documents as applied_to
        on ledger_applications.to_ledger_document_key = applied_to.ledger_document_key

)

select
    'R16' as pair_id,
    side,
    leg_key,
    document_number as clear_key,
    document_number as natural_key,
    legal_entity_code,
    customer_key,
    source_table,
    source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    out_of_scope_reason,
    signed_amount,
    signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    occurred_on,
    period_month,
    occurred_on as due_on,
    recorded_at

from told
