{#- Grain: one item of a Zuora credit memo but those that write something off. -#}
with

items as (

    select * from {{ ref('stg_zuora__credit_memo_item') }} where row_disposition = 'accepted'

),

memos as (

    select * from {{ ref('stg_zuora__credit_memo') }} where row_disposition = 'accepted'

),

reasons as (

    {{ known_words('zuora', 'credit_memo', 'reason_code') }}

),

catalogue as (

    select * from {{ ref('stg_zuora__product_rate_plan_charge') }}
    where row_disposition = 'accepted'

)

select
    'zuora' as source_system,
    items.source_account,
    items.credit_memo_item_id as source_credit_note_line_id,
    items.credit_memo_id as source_credit_note_id,
    items.invoice_item_id as source_invoice_line_id,
    catalogue.product_id as source_product_id,
    cast(null as int) as line_number,
    items.charge_name as line_description,
    items.currency,
    items.quantity,
    items.unit_price,
    -- The amount of an item holds its tax where prices include it.
    coalesce(items.amount_without_tax, items.item_amount) as line_amount,
    cast(null as decimal(18, 4)) as discount_amount,
    items.tax_amount,
    cast(null as decimal(24, 12)) as rounding_residual_amount,
    coalesce(memos.created_at, items.synced_at) as recorded_at

from items

left join memos
    on items.source_account = memos.source_account
    and items.credit_memo_id = memos.credit_memo_id

left join reasons
    on lower(memos.reason_code) = reasons.raw_value

left join catalogue
    on items.source_account = catalogue.source_account
    and items.product_rate_plan_charge_id = catalogue.product_rate_plan_charge_id

where coalesce(reasons.canonical_value, '(other)') <> 'write_off'
