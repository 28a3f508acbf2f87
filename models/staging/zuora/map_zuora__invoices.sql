{#- Grain: one Zuora invoice, drafts included. -#}
with

invoices as (

    select * from {{ ref('stg_zuora__invoice') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('zuora', 'invoice', 'status') }}

),

customers as (

    select * from {{ ref('stg_zuora__account') }} where row_disposition in ('accepted', 'deleted')

),

items as (

    select * from {{ ref('stg_zuora__invoice_item') }} where row_disposition = 'accepted'

),

item_kinds as (

    {{ known_words('zuora', 'invoice_item', 'processing_type') }}

),

subscriptions as (

    select * from {{ ref('stg_zuora__subscription') }} where row_disposition = 'accepted'

),

itemised as (

    -- One row per invoice. An invoice bills an account: of several subscriptions it names none.
    select
        items.source_account,
        items.invoice_id,
        case
            when
                min(coalesce(subscriptions.original_id, items.subscription_id))
                = max(coalesce(subscriptions.original_id, items.subscription_id))
                then min(coalesce(subscriptions.original_id, items.subscription_id))
        end as subscription_id,
        cast(
            coalesce(
                sum(case when item_kinds.canonical_value = 'discount' then -items.charge_amount end), 0
            ) as decimal(18, 4)
        ) as discount_amount

    from items

    left join item_kinds
        on items.processing_type = item_kinds.raw_value

    left join subscriptions
        on items.source_account = subscriptions.source_account
        and items.subscription_id = subscriptions.subscription_id

    group by items.source_account, items.invoice_id

),

credit_memos as (

    select * from {{ ref('stg_zuora__credit_memo') }} where row_disposition = 'accepted'

),

reasons as (

    {{ known_words('zuora', 'credit_memo', 'reason_code') }}

),

settlements as (

    select
        source_account,
        invoice_id,
        effective_on,
        cast(null as date) as written_off_on

    from {{ ref('stg_zuora__payment_application') }}

    where row_disposition = 'accepted' and invoice_id is not null

    union all

    select
        credits.source_account,
        credits.invoice_id,
        credits.effective_on,
        case when reasons.canonical_value = 'write_off' then credits.effective_on end as written_off_on

    from {{ ref('stg_zuora__credit_memo_application') }} as credits

    left join credit_memos
        on credits.source_account = credit_memos.source_account
        and credits.credit_memo_id = credit_memos.credit_memo_id

    left join reasons
        on lower(credit_memos.reason_code) = reasons.raw_value

    where credits.row_disposition = 'accepted' and credits.invoice_id is not null

),

settled as (

    select
        source_account,
        invoice_id,
        max(effective_on) as settled_on,
        max(written_off_on) as written_off_on

    from settlements

    group by source_account, invoice_id

),

judged as (

    -- Posted is all that Zuora says of an invoice that is owed, paid or given up: its balance and what
    -- was put on it tell the rest.
    select
        invoices.*,
        itemised.subscription_id,
        itemised.discount_amount,
        settled.settled_on,
        settled.written_off_on,
        case
            when statuses.canonical_value <> 'open' or invoices.balance_amount <> 0
                then statuses.canonical_value
            when settled.written_off_on is not null then 'uncollectible'
            when invoices.balance_amount = 0 then 'paid'
            else 'open'
        end as canonical_status

    from invoices

    left join statuses
        on invoices.invoice_status = statuses.raw_value

    left join itemised
        on invoices.source_account = itemised.source_account
        and invoices.invoice_id = itemised.invoice_id

    left join settled
        on invoices.source_account = settled.source_account
        and invoices.invoice_id = settled.invoice_id

)

select
    'zuora' as source_system,
    judged.source_account,
    judged.invoice_id as source_invoice_id,
    customers.batch as source_entity_id,
    judged.customer_id as source_customer_id,
    judged.subscription_id as source_subscription_id,
    -- The bill run, where one made the invoice.
    case when lower(judged.made_by) = 'billrun' then judged.source_id end as source_billing_run_id,
    judged.invoice_number,
    judged.canonical_status as invoice_status,
    judged.source_type as billing_reason,
    judged.total_amount < 0 as is_negative_document,
    judged.currency,
    -- What Zuora calls the amount without tax is after discounts, which are items of the invoice.
    cast(
        coalesce(
            judged.amount_without_tax, judged.total_amount - coalesce(judged.tax_amount, 0)
        ) + coalesce(judged.discount_amount, 0) as decimal(18, 4)
    ) as subtotal_amount,
    coalesce(judged.discount_amount, 0) as discount_amount,
    coalesce(judged.tax_amount, 0) as tax_amount,
    judged.total_amount,
    judged.payment_amount as source_paid_amount,
    judged.balance_amount as source_due_amount,
    judged.created_at,
    judged.created_on,
    cast(null as timestamp) as issued_at,
    case when judged.canonical_status <> 'draft' then judged.invoice_on end as issued_on,
    cast(null as timestamp) as due_at,
    judged.due_on,
    cast(null as timestamp) as paid_at,
    case when judged.canonical_status = 'paid' then judged.settled_on end as paid_on,
    -- Zuora keeps no date of cancelling an invoice: it was its last change.
    case when judged.canonical_status = 'void' then judged.updated_at end as voided_at,
    case when judged.canonical_status = 'void' then judged.updated_on end as voided_on,
    cast(null as timestamp) as written_off_at,
    case when judged.canonical_status = 'uncollectible' then judged.written_off_on end
        as written_off_on,
    coalesce(judged.created_at, judged.synced_at) as recorded_at

from judged

left join customers
    on judged.source_account = customers.source_account
    and judged.customer_id = customers.customer_id
