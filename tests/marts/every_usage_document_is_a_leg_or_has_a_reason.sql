{{ config(group='marts') }}
-- Law (scope), for the pairs that are not about money alone: what canonical tables hold is what the
-- legs of the pair hold, in or out of scope. Days of meters and lines of ratings are one leg each, so
-- R10 is compared by what it adds up to; the left side of R11 is worked out and has no documents.
with

documents as (

    select
        'R09' as pair_id,
        'contract line' as document_kind,
        count(*) as quantity
    from {{ ref('fct_contract_lines') }}
    union all
    select
        'R09' as pair_id,
        'subscription item' as document_kind,
        count(*) as quantity
    from {{ ref('fct_subscription_items') }}
    union all
    select
        'R10' as pair_id,
        'report of a meter' as document_kind,
        sum(quantity) as quantity
    from {{ ref('fct_usage_manifests') }}
    union all
    select
        'R10' as pair_id,
        'events of a meter and day' as document_kind,
        sum(quantity) as quantity
    from {{ ref('fct_usage_events') }}
    union all
    select
        'R10' as pair_id,
        'event' as document_kind,
        sum(quantity) as quantity
    from {{ ref('fct_usage_events') }}
    union all
    select
        'R10' as pair_id,
        'rating' as document_kind,
        sum(quantity) as quantity
    from {{ ref('fct_rated_usage') }}
    union all
    select
        'R10' as pair_id,
        'usage line' as document_kind,
        sum(quantity) as quantity
    from {{ ref('fct_invoice_lines') }}
    where line_kind = 'usage'
    union all
    select
        'R11' as pair_id,
        line_kind || ' line' as document_kind,
        sum(line_amount - coalesce(discount_amount, 0)) as quantity
    from {{ ref('fct_invoice_lines') }}
    group by line_kind
    union all
    select
        'R13' as pair_id,
        'staged rows' as document_kind,
        sum(row_count) as quantity
    from {{ ref('fct_raw_counts') }}
    where amount_column = '(rows)' and count_stage in ('staged', 'rejected')
    union all
    select
        'R13' as pair_id,
        'declared rows' as document_kind,
        sum(row_count) as quantity
    from {{ ref('fct_raw_counts') }}
    where amount_column = '(rows)' and count_stage = 'declared'

),

found as (

    select
        pair_id,
        document_kind,
        case when pair_id = 'R09' then count(*) else sum(signed_amount) end as quantity

    from {{ ref('int_recon_legs') }}

    where
        pair_id in ('R09', 'R10', 'R11', 'R13')
        -- Worked out from the others.
        and document_kind not in (
            'expected line', 'ratings of a line', 'event that never came', 'event told by its name'
        )

    group by pair_id, document_kind

)

select
    coalesce(documents.pair_id, found.pair_id) as pair_id,
    coalesce(documents.document_kind, found.document_kind) as document_kind,
    documents.quantity,
    found.quantity as leg_quantity

from documents

full outer join found
    on documents.pair_id = found.pair_id
    and documents.document_kind = found.document_kind

where coalesce(documents.quantity, 0) <> coalesce(found.quantity, 0)
