-- Answers: which documents were first seen since a day, how much they are, and how much of that is in
-- breaks now? What is changed in place is not in it: only what came.
-- Change: the day between the first pair of quotes, as 2026-03-30. Empty: the day before the latest.
with

since as (

    select
        coalesce(
            cast(nullif('', '') as date),
            (
                select max(calendar_days.date_on)
                from core.dim_dates as calendar_days
                inner join core.dim_run_dates as run_dates
                    on calendar_days.date_on < run_dates.as_of_date
            )
        ) as seen_from_on

),

documents as (

    select
        'billing invoice' as what,
        invoice_key as source_key,
        legal_entity_code,
        currency,
        total_amount as amount,
        recorded_at
    from core.fct_invoices
    union all
    select
        'credit note' as what,
        credit_note_key as source_key,
        legal_entity_code,
        currency,
        total_amount as amount,
        recorded_at
    from core.fct_credit_notes
    union all
    select
        'payment' as what,
        payment_key as source_key,
        legal_entity_code,
        currency,
        payment_amount as amount,
        recorded_at
    from core.fct_payments
    union all
    select
        'payout' as what,
        payout_key as source_key,
        legal_entity_code,
        currency,
        payout_amount as amount,
        recorded_at
    from core.fct_payouts
    union all
    select
        'bank line' as what,
        bank_line_key as source_key,
        legal_entity_code,
        currency,
        line_amount as amount,
        recorded_at
    from core.fct_bank_lines
    union all
    select
        'ERP ' || document_kind as what,
        ledger_document_key as source_key,
        legal_entity_code,
        currency,
        total_amount as amount,
        recorded_at
    from core.fct_ledger_documents

),

broken as (

    select
        legs.source_key,
        min(breaks.pair_id || ' ' || breaks.break_code) as break_code
    from marts.recon_break_legs as legs
    inner join marts.recon_breaks as breaks
        on legs.break_key = breaks.break_key
    group by legs.source_key

)

select
    documents.what,
    documents.legal_entity_code,
    documents.currency,
    count(*) as document_count,
    sum(documents.amount) as amount,
    count(broken.source_key) as document_count_in_breaks,
    sum(case when broken.source_key is not null then documents.amount end) as amount_in_breaks,
    min(broken.break_code) as for_example
from documents
inner join since
    on cast(documents.recorded_at as date) >= since.seen_from_on
left join broken
    on documents.source_key = broken.source_key
group by documents.what, documents.legal_entity_code, documents.currency
order by
    document_count_in_breaks desc,
    documents.what asc,
    documents.legal_entity_code asc,
    documents.currency asc
