{#- Grain: one Zuora refund, failed ones included. -#}
with

refunds as (

    select * from {{ ref('stg_zuora__refund') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('zuora', 'refund', 'status') }}

),

repaid as (

    -- One row per refund: of several payments or memos that it pays back it names none.
    select
        source_account,
        refund_id,
        case when min(payment_id) = max(payment_id) then min(payment_id) end as payment_id,
        case when min(credit_memo_id) = max(credit_memo_id) then min(credit_memo_id) end
            as credit_memo_id

    from {{ ref('stg_zuora__refund_application') }}

    where row_disposition = 'accepted'

    group by source_account, refund_id

),

customers as (

    select * from {{ ref('stg_zuora__account') }} where row_disposition in ('accepted', 'deleted')

)

select
    'zuora' as source_system,
    refunds.source_account,
    refunds.refund_id as source_refund_id,
    customers.batch as source_entity_id,
    refunds.customer_id as source_customer_id,
    repaid.payment_id as source_payment_id,
    repaid.credit_memo_id as source_credit_note_id,
    statuses.canonical_value as refund_status,
    refunds.reason_code,
    refunds.failure_code,
    refunds.currency,
    refunds.refund_amount,
    refunds.created_at,
    refunds.refund_on as created_on,
    -- Zuora keeps no date of a refund's failing: it was its last change.
    case when statuses.canonical_value = 'failed' then refunds.updated_at end as failed_at,
    case when statuses.canonical_value = 'failed' then refunds.updated_on end as failed_on,
    coalesce(refunds.created_at, refunds.synced_at) as recorded_at

from refunds

left join statuses
    on refunds.refund_status = statuses.raw_value

left join repaid
    on refunds.source_account = repaid.source_account
    and refunds.refund_id = repaid.refund_id

left join customers
    on refunds.source_account = customers.source_account
    and refunds.customer_id = customers.customer_id
