{{ config(group='marts') }}
-- Law (scope): every document of a pair's kinds is a leg or stands out of scope with a reason;
-- without it a document that both sides drop would still tie.
with

documents as (

    select
        'R01' as pair_id,
        'L' as side,
        currency,
        total_amount as amount
    from {{ ref('fct_invoices') }}
    union all
    select
        'R01' as pair_id,
        'R' as side,
        currency,
        total_amount as amount
    from {{ ref('fct_ledger_documents') }}
    where document_kind = 'invoice'
    union all
    select
        'R02' as pair_id,
        'L' as side,
        currency,
        tax_amount as amount
    from {{ ref('fct_invoices') }}
    union all
    select
        'R02' as pair_id,
        'R' as side,
        ledger_documents.currency,
        coalesce(document_parts.tax_amount, 0) as amount
    from {{ ref('fct_ledger_documents') }} as ledger_documents
    left join {{ ref('int_recon_ledger_documents') }} as document_parts
        on ledger_documents.ledger_document_key = document_parts.ledger_document_key
    where ledger_documents.document_kind = 'invoice'
    union all
    select
        'R03' as pair_id,
        'L' as side,
        currency,
        total_amount as amount
    from {{ ref('fct_credit_notes') }}
    union all
    select
        'R03' as pair_id,
        'R' as side,
        currency,
        total_amount as amount
    from {{ ref('fct_ledger_documents') }}
    where document_kind = 'credit_memo'
    union all
    select
        'R08a' as pair_id,
        'L' as side,
        currency,
        open_amount as amount
    from {{ ref('fct_invoices') }}
    union all
    select
        'R08a' as pair_id,
        'R' as side,
        ledger_documents.currency,
        ledger_open_items.open_amount as amount
    from {{ ref('fct_ledger_documents') }} as ledger_documents
    left join {{ ref('int_recon_ledger_open_items') }} as ledger_open_items
        on ledger_documents.ledger_document_key = ledger_open_items.ledger_document_key
    where ledger_documents.document_kind = 'invoice'

),

expected as (

    select
        documents.pair_id,
        documents.side,
        documents.currency,
        count(*) as document_count,
        {{ sum_amount('documents.amount') }} as amount

    from documents

    inner join {{ ref('recon_pairs') }} as pairs
        on documents.pair_id = pairs.pair_id

    where pairs.is_active

    group by 1, 2, 3

),

found as (

    select
        pair_id,
        side,
        currency,
        count(*) as document_count,
        {{ sum_amount('signed_amount') }} as amount

    from {{ ref('int_recon_legs') }}

    -- The others are held by laws of their own.
    where pair_id in (select documents.pair_id from documents)

    group by 1, 2, 3

)

select
    coalesce(expected.pair_id, found.pair_id) as pair_id,
    coalesce(expected.side, found.side) as side,
    coalesce(expected.currency, found.currency) as currency,
    expected.document_count,
    found.document_count as leg_count

from expected

full outer join found
    on expected.pair_id = found.pair_id
    and expected.side = found.side
    and expected.currency = found.currency

where
    coalesce(expected.document_count, 0) <> coalesce(found.document_count, 0)
    or coalesce(expected.amount, 0) <> coalesce(found.amount, 0)
