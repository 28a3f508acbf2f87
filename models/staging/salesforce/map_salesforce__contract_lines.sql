{#- Grain: one order item by which an activated Salesforce order adds a line to a contract. -#}
with

statuses as (

    {{ known_words('salesforce', 'order', 'status') }}

),

orders as (

    -- A draft binds nobody, and an order without a contract is no line of one.
    select orders.*

    from {{ ref('stg_salesforce__order') }} as orders

    inner join statuses
        on orders.order_status = statuses.raw_value

    where
        orders.row_disposition = 'accepted'
        and statuses.canonical_value = 'activated'
        and orders.contract_id is not null

),

order_items as (

    -- An item that changes another one is an amendment, no line. Reduction orders (those with an
    -- original item) tell only by how much, not to what: they are not mapped.
    select * from {{ ref('stg_salesforce__order_item') }}
    where
        row_disposition = 'accepted'
        and amended_order_item_id is null
        and original_order_item_id is null

),

charge_types as (

    {{ known_words('salesforce', 'order_item', 'charge_type_c') }}

),

billing_periods as (

    {{ known_words('salesforce', 'order_item', 'billing_period_c') }}

),

billing_timings as (

    {{ known_words('salesforce', 'order_item', 'billing_timing_c') }}

)

select
    'salesforce' as source_system,
    order_items.source_account,
    order_items.order_item_id as source_contract_line_id,
    orders.contract_id as source_contract_id,
    order_items.product_id as source_product_id,
    order_items.pricebook_entry_id as source_price_id,
    order_items.billing_charge_id as external_subscription_item_id,
    charge_types.canonical_value as charge_kind,
    case
        when billing_periods.canonical_value = 'quarter' then 'month'
        else billing_periods.canonical_value
    end as billing_interval,
    case billing_periods.canonical_value
        when 'quarter' then 3
        when 'month' then 1
        when 'year' then 1
    end as billing_interval_count,
    billing_timings.canonical_value as billing_timing,
    coalesce(order_items.currency, orders.currency) as currency,
    cast(order_items.quantity as decimal(20, 6)) as quantity,
    -- ListPrice is the price before the discount, UnitPrice after it; without a list price nothing
    -- was discounted.
    coalesce(order_items.list_price, order_items.unit_price) as unit_price,
    case
        when order_items.discount_percent is not null then order_items.discount_percent
        when order_items.list_price is null or order_items.list_price = order_items.unit_price
            then cast(0 as decimal(24, 12))
    end as discount_percent,
    -- TotalPrice is the price of one billing period: only of a line billed once is that its term's.
    case
        when charge_types.canonical_value = 'one_time'
            then cast(order_items.total_price as decimal(18, 4))
    end as line_amount,
    coalesce(order_items.service_date, orders.effective_date) as starts_on,
    -- EndDate is the last day.
    cast(
        {{ dbt.dateadd('day', 1, 'coalesce(order_items.end_date, orders.end_date)') }} as date
    ) as ends_before_on,
    coalesce(order_items.created_at, order_items.synced_at) as recorded_at

from order_items

inner join orders
    on order_items.source_account = orders.source_account
    and order_items.order_id = orders.order_id

left join charge_types
    on order_items.charge_type = charge_types.raw_value

left join billing_periods
    on order_items.billing_period = billing_periods.raw_value

left join billing_timings
    on order_items.billing_timing = billing_timings.raw_value
