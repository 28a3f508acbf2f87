{{ config(group='marts') }}
-- Law (scope): every document of a pair's kinds is a leg or stands out of scope with a reason;
-- without
-- it a document that both sides drop would still tie.
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
        'R05' as pair_id,
        'L' as side,
        currency,
        net_amount as amount
    from {{ ref('fct_payout_lines') }}
    union all
    select
        'R05' as pair_id,
        'R' as side,
        currency,
        payout_amount as amount
    from {{ ref('fct_payouts') }}
    union all
    select
        'R06' as pair_id,
        'L' as side,
        currency,
        payout_amount as amount
    from {{ ref('fct_payouts') }}
    union all
    select
        'R06' as pair_id,
        'R' as side,
        currency,
        line_amount as amount
    from {{ ref('fct_bank_lines') }}

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

    -- Others: every_usage_document_is_a_leg_or_has_a_reason.
    where pair_id not in ('R09', 'R10', 'R11', 'R13', 'R14')

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
