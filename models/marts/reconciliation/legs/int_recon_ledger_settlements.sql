{#- Grain: one application of the ledger with what it does to the document that it comes from and to
    the one that it is put on. -#}
with

ledger_applications as (

    select * from {{ ref('fct_ledger_applications') }}

),

entries as (

    -- What was voided before it was posted is on no customer's account.
    select
        *,
        case when document_kind in ('credit_memo', 'receipt') then -1 else 1 end as normal_side

    from {{ ref('int_recon_receivable_entries') }}

    where customer_amount is not null and not (is_voided and control_amount = 0)

),

sided as (

    -- An invoice is open until something is put on it, a credit memo until it is used. What is put
    -- on a document in another currency settles nothing of it.
    select
        ledger_applications.ledger_application_key,
        sources.ledger_document_key as from_ledger_document_key,
        targets.ledger_document_key as to_ledger_document_key,
        ledger_applications.applied_amount * coalesce(targets.normal_side, 1) as from_amount,
        -ledger_applications.applied_amount * coalesce(targets.normal_side, 1) as to_amount,
        coalesce(
            sources.legal_entity_code = targets.legal_entity_code
            and sources.currency = targets.currency,
            false
        ) as is_within_one_account

    from ledger_applications

    left join entries as sources
        on ledger_applications.from_ledger_document_key = sources.ledger_document_key
        and ledger_applications.currency = sources.currency

    left join entries as targets
        on ledger_applications.to_ledger_document_key = targets.ledger_document_key
        and ledger_applications.currency = targets.currency

)

select
    -- keys
    ledger_application_key,
    from_ledger_document_key,
    to_ledger_document_key,

    -- attributes
    is_within_one_account,

    -- measures
    cast(from_amount as decimal(18, 4)) as from_amount,
    cast(to_amount as decimal(18, 4)) as to_amount

from sided
