{#- Grain: one invoice or payment that one case is about. -#}
with

cases as (

    select * from {{ ref('int_dispute_cases') }}

),

places as (

    select * from {{ ref('int_dispute_case_places') }}

),

anchors as (

    select * from {{ ref('int_dispute_anchors') }}

),

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

applications as (

    select * from {{ ref('fct_document_applications') }}

),

invoices_of_cases as (

    select
        cases.dispute_case_key,
        anchors.invoice_key

    from cases

    inner join anchors
        on cases.dispute_source_key = anchors.dispute_source_key

    where anchors.invoice_key is not null

),

named as (

    select
        dispute_case_key,
        'invoice' as anchor_kind,
        invoice_key as document_key

    from invoices_of_cases

    union all

    select
        cases.dispute_case_key,
        'payment' as anchor_kind,
        sources.payment_key as document_key

    from cases

    inner join sources
        on cases.dispute_source_key = sources.dispute_source_key

    where sources.payment_key is not null

    union all

    select
        invoices_of_cases.dispute_case_key,
        'payment' as anchor_kind,
        applications.payment_key as document_key

    from invoices_of_cases

    inner join applications
        on invoices_of_cases.invoice_key = applications.invoice_key

    where applications.payment_key is not null

)

select
    -- keys
    named.dispute_case_key,
    named.document_key,

    -- attributes
    named.anchor_kind,

    -- times
    places.opened_at,
    places.opened_on

from named

inner join places
    on named.dispute_case_key = places.dispute_case_key

-- Several sources of a case name one document, and one payment is put on one invoice in parts.
group by
    named.dispute_case_key, named.document_key, named.anchor_kind, places.opened_at,
    places.opened_on
