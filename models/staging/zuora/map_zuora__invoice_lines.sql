{#- Grain: one item of a Zuora invoice. -#}
with

items as (

    select * from {{ ref('stg_zuora__invoice_item') }} where row_disposition = 'accepted'

),

item_kinds as (

    {{ known_words('zuora', 'invoice_item', 'processing_type') }}

),

charge_kinds as (

    {{ known_words('zuora', 'rate_plan_charge', 'charge_type') }}

),

charges as (

    select
        charges.source_account,
        charges.rate_plan_charge_id,
        coalesce(charges.original_id, charges.rate_plan_charge_id) as first_charge_id,
        charge_kinds.canonical_value as charge_kind,
        case
            when charges.billing_period = 'month' then 1
            when charges.billing_period = 'quarter' then 3
            when charges.billing_period = 'semi_annual' then 6
            when charges.billing_period = 'annual' then 12
            when charges.billing_period = 'eighteen_months' then 18
            when charges.billing_period = 'two_years' then 24
            when charges.billing_period = 'three_years' then 36
            when charges.billing_period = 'five_years' then 60
            when charges.billing_period = 'specific_months' then charges.specific_billing_period
        end as months_of_period

    from {{ ref('stg_zuora__rate_plan_charge') }} as charges

    left join charge_kinds
        on charges.charge_type = charge_kinds.raw_value

    where charges.row_disposition = 'accepted'

),

subscriptions as (

    select * from {{ ref('stg_zuora__subscription') }} where row_disposition = 'accepted'

),

linked as (

    -- A discount is an item of its own and names the one that it lowers: it is about that charge.
    select
        items.*,
        item_kinds.canonical_value as item_kind,
        case
            when item_kinds.canonical_value = 'discount' then discounted.rate_plan_charge_id
            else items.rate_plan_charge_id
        end as charge_id

    from items

    left join item_kinds
        on items.processing_type = item_kinds.raw_value

    left join items as discounted
        on items.source_account = discounted.source_account
        and items.applied_to_invoice_item_id = discounted.invoice_item_id

),

measured as (

    select
        linked.*,
        coalesce(charges.first_charge_id, linked.charge_id) as first_charge_id,
        charges.charge_kind,
        coalesce(subscriptions.original_id, linked.subscription_id) as first_subscription_id,
        -- Zuora does not mark prorations: the service period of one is no whole billing period.
        coalesce(
            linked.item_kind <> 'discount'
            and charges.charge_kind = 'recurring'
            and cast(
                {{ dbt.dateadd('month', 'charges.months_of_period', 'linked.service_starts_on') }} as date
            ) <> linked.service_ends_on,
            false
        ) as is_proration

    from linked

    left join charges
        on linked.source_account = charges.source_account
        and linked.charge_id = charges.rate_plan_charge_id

    left join subscriptions
        on linked.source_account = subscriptions.source_account
        and linked.subscription_id = subscriptions.subscription_id

)

select
    'zuora' as source_system,
    measured.source_account,
    measured.invoice_item_id as source_invoice_line_id,
    measured.invoice_id as source_invoice_id,
    cast(null as int) as line_number,
    measured.product_id as source_product_id,
    measured.product_rate_plan_charge_id || '|' || measured.currency as source_price_id,
    measured.first_subscription_id as source_subscription_id,
    measured.first_charge_id as source_subscription_item_id,
    case
        when coalesce(measured.item_kind, 'charge') <> 'charge' then measured.item_kind
        when measured.is_proration then 'proration'
        else coalesce(measured.charge_kind, 'one_time')
    end as line_kind,
    measured.is_proration,
    measured.charge_name as line_description,
    measured.currency,
    measured.quantity,
    measured.unit_price,
    measured.charge_amount as line_amount,
    -- Discounts are lines of their own.
    cast(0 as decimal(18, 4)) as discount_amount,
    measured.tax_amount,
    cast(null as decimal(24, 12)) as rounding_residual_amount,
    cast(null as timestamp) as service_starts_at,
    measured.service_starts_on,
    cast(null as timestamp) as service_ends_at,
    -- Zuora: service ends one second before the date in this value.
    measured.service_ends_on,
    coalesce(measured.created_at, measured.synced_at) as recorded_at

from measured
