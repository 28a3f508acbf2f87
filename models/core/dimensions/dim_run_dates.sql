{#- Grain: one row: the latest day on which the data says that something happened. -#}
with

happened as (

    select
        max(coalesce(issued_on, cast(issued_at as date))) as happened_on
    from {{ ref('cdm_invoices') }}
    union all
    select
        max(coalesce(attempted_on, cast(attempted_at as date)))
    from {{ ref('cdm_payment_attempts') }}
    union all
    select max(coalesce(paid_on, cast(paid_at as date))) from {{ ref('cdm_payments') }}
    union all
    select max(coalesce(created_on, cast(created_at as date))) from {{ ref('cdm_payout_lines') }}
    union all
    select max(coalesce(booked_on, cast(booked_at as date))) from {{ ref('cdm_bank_lines') }}
    union all
    select
        max(coalesce(document_on, cast(document_at as date)))
    from {{ ref('cdm_ledger_documents') }}

)

select coalesce(max(happened_on), cast('{{ var("calendar_starts_on") }}' as date)) as as_of_date

from happened
