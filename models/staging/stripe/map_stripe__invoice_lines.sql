{#- Grain: one line of a Stripe invoice. -#}
with

lines as (

    select * from {{ ref('stg_stripe__invoice_line_item') }} where row_disposition = 'accepted'

),

prices as (

    select * from {{ ref('stg_stripe__price') }} where row_disposition = 'accepted'

),

currencies as (

    {{ currency_units('stripe') }}

),

invoices as (

    select * from {{ ref('stg_stripe__invoice') }} where row_disposition = 'accepted'

)

select
    'stripe' as source_system,
    lines.source_account,
    -- A line id is unique only inside its invoice: the key is invoice|line.
    lines.row_id as source_invoice_line_id,
    lines.invoice_id as source_invoice_id,
    cast(null as int) as line_number,
    prices.product_id as source_product_id,
    coalesce(lines.price_id, lines.plan_id) as source_price_id,
    lines.subscription_id as source_subscription_id,
    lines.subscription_item_id as source_subscription_item_id,
    case
        when coalesce(lines.is_proration, false) then 'proration'
        when prices.recurring_usage_type = 'metered' then 'usage'
        when lines.line_type = 'subscription' then 'recurring'
        when coalesce(lines.subscription_item_id, lines.subscription_id) is not null
            then 'recurring'
        else 'one_time'
    end as line_kind,
    coalesce(lines.is_proration, false) as is_proration,
    lines.line_description,
    lines.currency,
    lines.quantity,
    cast(
        {{ multiply_price('lines.unit_amount_excluding_tax', 'currencies.minor_unit') }}
        as decimal(24, 12)
    ) as unit_price,
    lines.line_amount,
    cast(null as decimal(18, 4)) as discount_amount,
    cast(null as decimal(18, 4)) as tax_amount,
    cast(null as decimal(24, 12)) as rounding_residual_amount,
    lines.service_starts_at,
    lines.service_starts_on,
    lines.service_ends_at,
    lines.service_ends_on,
    coalesce(invoices.created_at, lines.synced_at) as recorded_at

from lines

left join prices
    on lines.source_account = prices.source_account
    and lines.price_id = prices.price_id

left join currencies
    on lines.currency = currencies.currency

left join invoices
    on lines.source_account = invoices.source_account
    and lines.invoice_id = invoices.invoice_id
