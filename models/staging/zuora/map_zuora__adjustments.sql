{#- Grain: one posted Zuora debit memo, or one posted credit memo that writes an invoice off. -#}
with

credit_memos as (

    select * from {{ ref('stg_zuora__credit_memo') }} where row_disposition = 'accepted'

),

reasons as (

    {{ known_words('zuora', 'credit_memo', 'reason_code') }}

),

credit_statuses as (

    {{ known_words('zuora', 'credit_memo', 'status') }}

),

debit_memos as (

    select * from {{ ref('stg_zuora__debit_memo') }} where row_disposition = 'accepted'

),

debit_statuses as (

    {{ known_words('zuora', 'debit_memo', 'status') }}

),

customers as (

    select * from {{ ref('stg_zuora__account') }} where row_disposition in ('accepted', 'deleted')

),

adjustments as (

    select
        debit_memos.source_account,
        debit_memos.debit_memo_id as adjustment_id,
        debit_memos.customer_id,
        debit_memos.invoice_id,
        'debit_memo' as adjustment_kind,
        debit_memos.reason_code,
        debit_memos.created_by,
        debit_memos.currency,
        debit_memos.total_amount as adjustment_amount,
        debit_memos.memo_on as adjusted_on,
        coalesce(debit_memos.created_at, debit_memos.synced_at) as recorded_at

    from debit_memos

    inner join debit_statuses
        on debit_memos.memo_status = debit_statuses.raw_value

    where debit_statuses.canonical_value = 'issued'

    union all

    -- Writing off is a credit memo in Zuora. It gives the customer nothing: it is no credit note.
    select
        credit_memos.source_account,
        credit_memos.credit_memo_id as adjustment_id,
        credit_memos.customer_id,
        credit_memos.invoice_id,
        'write_off' as adjustment_kind,
        credit_memos.reason_code,
        credit_memos.created_by,
        credit_memos.currency,
        credit_memos.total_amount as adjustment_amount,
        credit_memos.memo_on as adjusted_on,
        coalesce(credit_memos.created_at, credit_memos.synced_at) as recorded_at

    from credit_memos

    inner join reasons
        on lower(credit_memos.reason_code) = reasons.raw_value

    inner join credit_statuses
        on credit_memos.memo_status = credit_statuses.raw_value

    where reasons.canonical_value = 'write_off' and credit_statuses.canonical_value = 'issued'

)

select
    'zuora' as source_system,
    adjustments.source_account,
    adjustments.adjustment_id as source_adjustment_id,
    customers.batch as source_entity_id,
    adjustments.customer_id as source_customer_id,
    adjustments.invoice_id as source_invoice_id,
    cast(null as {{ dbt.type_string() }}) as source_credit_note_id,
    adjustments.adjustment_kind,
    adjustments.reason_code,
    adjustments.created_by,
    adjustments.currency,
    adjustments.adjustment_amount,
    cast(null as timestamp) as adjusted_at,
    adjustments.adjusted_on,
    adjustments.recorded_at

from adjustments

left join customers
    on adjustments.source_account = customers.source_account
    and adjustments.customer_id = customers.customer_id
