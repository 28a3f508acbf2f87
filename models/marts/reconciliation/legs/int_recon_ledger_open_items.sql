{#- Grain: one ERP invoice with what is open on it. -#}
with

ledger_documents as (

    select * from {{ ref('fct_ledger_documents') }} where document_kind = 'invoice'

),

ledger_applications as (

    select * from {{ ref('fct_ledger_applications') }}

),

applied as (

    -- Summed before the join: two part-payments may not multiply an invoice.
    select
        to_ledger_document_key as ledger_document_key,
        currency,
        {{ sum_amount("case when application_kind = 'credit_note' then applied_amount end") }}
            as credited_amount,
        {{ sum_amount('applied_amount') }} as settled_amount

    from ledger_applications

    where to_ledger_document_key is not null

    group by to_ledger_document_key, currency

)

select
    -- keys
    ledger_documents.ledger_document_key,

    -- measures
    cast(coalesce(applied.credited_amount, 0) as decimal(18, 4)) as credited_amount,
    cast(coalesce(applied.settled_amount, 0) as decimal(18, 4)) as settled_amount,
    -- Derived as billing's is: a ledger that states it may state it as of another moment.
    cast(ledger_documents.total_amount - coalesce(applied.settled_amount, 0) as decimal(18, 4))
        as open_amount

from ledger_documents

left join applied
    on ledger_documents.ledger_document_key = applied.ledger_document_key
    and ledger_documents.currency = applied.currency
