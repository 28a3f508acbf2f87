{#- Grain: one item of an activated amendment order, or the order itself where it has none. -#}
with

statuses as (

    {{ known_words('salesforce', 'order', 'status') }}

),

types as (

    {{ known_words('salesforce', 'order', 'type') }}

),

kinds as (

    {{ known_words('salesforce', 'order', 'amendment_kind_c') }}

),

amendments as (

    select
        orders.*,
        -- What the org calls otherwise is still a change.
        coalesce(kinds.canonical_value, 'other') as amendment_kind

    from {{ ref('stg_salesforce__order') }} as orders

    inner join statuses
        on orders.order_status = statuses.raw_value

    inner join types
        on orders.order_type = types.raw_value

    left join kinds
        on orders.amendment_word = kinds.raw_value

    where
        orders.row_disposition = 'accepted'
        and statuses.canonical_value = 'activated'
        and types.canonical_value = 'amendment'
        and orders.contract_id is not null

),

order_items as (

    select * from {{ ref('stg_salesforce__order_item') }}
    where row_disposition = 'accepted' and original_order_item_id is null

),

changes as (

    -- A change of the contract as a whole (a pause, a cancellation) is an order without items.
    select
        amendments.source_account,
        coalesce(order_items.order_item_id, amendments.order_id) as change_id,
        amendments.contract_id,
        coalesce(order_items.amended_order_item_id, order_items.order_item_id) as contract_line_id,
        amendments.amendment_kind,
        order_items.quantity,
        coalesce(order_items.list_price, order_items.unit_price) as unit_price,
        coalesce(order_items.currency, amendments.currency) as currency,
        coalesce(order_items.service_date, amendments.effective_date) as effective_on,
        coalesce(amendments.created_at, amendments.synced_at) as recorded_at

    from amendments

    left join order_items
        on amendments.source_account = order_items.source_account
        and amendments.order_id = order_items.order_id

)

select
    'salesforce' as source_system,
    changes.source_account,
    changes.change_id as source_contract_amendment_id,
    changes.contract_id as source_contract_id,
    changes.contract_line_id as source_contract_line_id,
    changes.amendment_kind,
    cast(changes.quantity as decimal(20, 6)) as quantity,
    changes.unit_price,
    changes.currency,
    cast(null as timestamp) as effective_at,
    changes.effective_on,
    changes.recorded_at

from changes
