{#- Grain: one ledger document that the customers' accounts or the receivables control account know,
    with what it is worth in each. -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind <> 'deposit'

),

document_parts as (

    select * from {{ ref('int_recon_ledger_documents') }}

),

applied as (

    -- What is put on an invoice lowers the receivable; what is put on a credit memo uses it up.
    select
        ledger_applications.from_ledger_document_key as ledger_document_key,
        {{ sum_amount("case when targets.document_kind = 'credit_memo' then ledger_applications.applied_amount"
            " else -ledger_applications.applied_amount end") }} as applied_amount

    from {{ ref('fct_ledger_applications') }} as ledger_applications

    inner join ledger_documents as sources
        on ledger_applications.from_ledger_document_key = sources.ledger_document_key

    inner join ledger_documents as targets
        on ledger_applications.to_ledger_document_key = targets.ledger_document_key

    where sources.document_kind = 'journal'

    group by ledger_applications.from_ledger_document_key

),

valued as (

    select
        ledger_documents.*,
        document_parts.ledger_document_key is not null as is_posted,
        coalesce(document_parts.receivables_amount, 0) as control_amount,
        coalesce(document_parts.receivables_amount_functional, 0) as control_amount_functional,
        case
            when ledger_documents.document_kind in ('invoice', 'debit_memo', 'refund')
                then ledger_documents.total_amount
            when ledger_documents.document_kind in ('credit_memo', 'receipt')
                then -ledger_documents.total_amount
            -- A journal is a customer's where it settles a document or takes one back; it may book
            -- more than that.
            when ledger_documents.document_kind = 'revaluation' then null
            when coalesce(document_parts.receivables_amount, 0) = 0 then applied.applied_amount
            when
                applied.ledger_document_key is not null
                or ledger_documents.reverses_source_ledger_document_id is not null
                then document_parts.receivables_amount
        end as customer_amount

    from ledger_documents

    left join document_parts
        on ledger_documents.ledger_document_key = document_parts.ledger_document_key

    left join applied
        on ledger_documents.ledger_document_key = applied.ledger_document_key

)

select
    -- keys
    ledger_document_key,
    customer_key,
    source_system,
    source_account,
    legal_entity_code,
    source_ledger_document_id,
    reverses_source_ledger_document_id,

    -- attributes
    document_kind,
    external_reference,
    is_voided,
    is_posted,
    currency,
    functional_currency,
    -- Moves the books and not the receivable: a valuation, or an exchange difference.
    control_amount = 0 and control_amount_functional <> 0 as is_functional_only,

    -- measures
    cast(customer_amount as decimal(18, 4)) as customer_amount,
    cast(control_amount as decimal(18, 4)) as control_amount,
    cast(control_amount_functional as decimal(18, 4)) as control_amount_functional,

    -- times
    document_on,
    period_month,
    recorded_at

from valued

where
    coalesce(customer_amount, 0) <> 0
    or control_amount <> 0
    or control_amount_functional <> 0
    or document_kind in ('invoice', 'debit_memo', 'refund', 'credit_memo', 'receipt')
