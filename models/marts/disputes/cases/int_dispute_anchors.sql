{#- Grain: one invoice or payment that one source of a dispute is about. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

applications as (

    select * from {{ ref('fct_document_applications') }}

),

named as (

    select
        dispute_source_key,
        'invoice' as anchor_kind,
        invoice_key as document_key,
        'direct' as anchored_by

    from sources

    where invoice_key is not null

    union all

    select
        dispute_source_key,
        'payment' as anchor_kind,
        payment_key as document_key,
        'direct' as anchored_by

    from sources

    where payment_key is not null

    union all

    select
        sources.dispute_source_key,
        'invoice' as anchor_kind,
        applications.invoice_key as document_key,
        'payment' as anchored_by

    from sources

    inner join applications
        on sources.payment_key = applications.payment_key

    where applications.invoice_key is not null

)

select
    -- keys
    dispute_source_key,
    {{ surrogate_key(['anchor_kind', 'document_key']) }} as anchor_key,
    case when anchor_kind = 'invoice' then document_key end as invoice_key,

    -- attributes
    anchor_kind,
    -- An invoice that is named and paid by the contested payment is named.
    min(anchored_by) as anchored_by

from named

-- A payment may be put on one invoice in several parts.
group by dispute_source_key, anchor_kind, document_key
