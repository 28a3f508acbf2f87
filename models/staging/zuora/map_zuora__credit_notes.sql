{#- Grain: one Zuora credit memo but those that write something off: these are adjustments. -#}
with

memos as (

    select * from {{ ref('stg_zuora__credit_memo') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('zuora', 'credit_memo', 'status') }}

),

reasons as (

    {{ known_words('zuora', 'credit_memo', 'reason_code') }}

),

customers as (

    select * from {{ ref('stg_zuora__account') }} where row_disposition in ('accepted', 'deleted')

)

select
    'zuora' as source_system,
    memos.source_account,
    memos.credit_memo_id as source_credit_note_id,
    customers.batch as source_entity_id,
    memos.customer_id as source_customer_id,
    memos.invoice_id as source_invoice_id,
    memos.memo_number as credit_note_number,
    statuses.canonical_value as credit_note_status,
    memos.reason_code,
    memos.created_by,
    memos.currency,
    -- What Zuora calls the amount without tax is after discounts.
    cast(
        coalesce(memos.amount_without_tax, memos.total_amount - coalesce(memos.tax_amount, 0))
        + coalesce(memos.discount_amount, 0) as decimal(18, 4)
    ) as subtotal_amount,
    coalesce(memos.discount_amount, 0) as discount_amount,
    coalesce(memos.tax_amount, 0) as tax_amount,
    memos.total_amount,
    memos.created_at,
    memos.created_on,
    cast(null as timestamp) as issued_at,
    case when statuses.canonical_value <> 'draft' then memos.memo_on end as issued_on,
    case when statuses.canonical_value = 'void' then memos.cancelled_at end as voided_at,
    case when statuses.canonical_value = 'void' then memos.cancelled_on end as voided_on,
    coalesce(memos.created_at, memos.synced_at) as recorded_at

from memos

left join statuses
    on memos.memo_status = statuses.raw_value

left join reasons
    on lower(memos.reason_code) = reasons.raw_value

left join customers
    on memos.source_account = customers.source_account
    and memos.customer_id = customers.customer_id

where coalesce(reasons.canonical_value, '(other)') <> 'write_off'
