{#- Grain: one event in which a Zuora payment or credit memo was put on an invoice or debit memo, or
    taken off it. -#}
with

payment_applications as (

    select * from {{ ref('stg_zuora__payment_application') }} where row_disposition = 'accepted'

),

credit_memo_applications as (

    select * from {{ ref('stg_zuora__credit_memo_application') }}
    where row_disposition = 'accepted'

),

credit_memos as (

    select * from {{ ref('stg_zuora__credit_memo') }} where row_disposition = 'accepted'

),

reasons as (

    {{ known_words('zuora', 'credit_memo', 'reason_code') }}

),

applications as (

    select
        source_account,
        payment_application_id as application_id,
        -- On a debit memo the document is that memo: an adjustment of the same id.
        coalesce(invoice_id, debit_memo_id) as document_id,
        payment_id,
        cast(null as {{ dbt.type_string() }}) as credit_note_id,
        'payment' as application_kind,
        currency,
        -- What is taken off has a negative amount, or says so.
        case when application_status = 'unapplied' then -abs(applied_amount) else applied_amount end
            as applied_amount,
        effective_on,
        coalesce(created_at, synced_at) as recorded_at

    from payment_applications

    union all

    select
        credit_memo_applications.source_account,
        credit_memo_applications.credit_memo_application_id as application_id,
        coalesce(credit_memo_applications.invoice_id, credit_memo_applications.debit_memo_id)
            as document_id,
        cast(null as {{ dbt.type_string() }}) as payment_id,
        -- The memo that writes off is an adjustment and no credit note.
        case
            when coalesce(reasons.canonical_value, '(other)') <> 'write_off'
                then credit_memo_applications.credit_memo_id
        end as credit_note_id,
        case when reasons.canonical_value = 'write_off' then 'write_off' else 'credit_note' end
            as application_kind,
        credit_memo_applications.currency,
        credit_memo_applications.applied_amount,
        credit_memo_applications.effective_on,
        coalesce(credit_memo_applications.created_at, credit_memo_applications.synced_at)
            as recorded_at

    from credit_memo_applications

    left join credit_memos
        on credit_memo_applications.source_account = credit_memos.source_account
        and credit_memo_applications.credit_memo_id = credit_memos.credit_memo_id

    left join reasons
        on lower(credit_memos.reason_code) = reasons.raw_value

)

select
    'zuora' as source_system,
    applications.source_account,
    applications.application_id as source_document_application_id,
    applications.document_id as source_invoice_id,
    applications.payment_id as source_payment_id,
    applications.credit_note_id as source_credit_note_id,
    applications.application_kind,
    applications.applied_amount < 0 as is_reversal,
    cast(null as {{ dbt.type_string() }}) as reverses_source_document_application_id,
    applications.currency,
    applications.applied_amount,
    cast(null as timestamp) as applied_at,
    applications.effective_on as applied_on,
    applications.recorded_at

from applications
