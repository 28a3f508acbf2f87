{#- Grain: one invoice line of a tiered price, with what its quantity costs by the tiers (domain
    5.3: the upper end of a tier belongs to it; no use costs nothing, not even the flat part). -#}
with

invoice_lines as (

    select
        invoice_lines.invoice_line_key,
        invoice_lines.price_key,
        invoice_lines.quantity,
        prices.price_model,
        coalesce(roundings.units_per_major, currencies.units_per_major) as units_per_major

    from {{ ref('fct_invoice_lines') }} as invoice_lines

    inner join {{ ref('dim_prices') }} as prices
        on invoice_lines.price_key = prices.price_key

    inner join {{ ref('currencies') }} as currencies
        on invoice_lines.currency = currencies.currency

    left join {{ ref('billing_roundings') }} as roundings
        on invoice_lines.source_system = roundings.source_system
        and invoice_lines.currency = roundings.currency

    where
        not invoice_lines.is_proration
        and invoice_lines.line_kind in ('recurring', 'usage')
        and prices.price_model in ('graduated', 'volume')

),

tiers as (

    select
        price_key,
        unit_price,
        flat_amount,
        coalesce(
            lag(up_to_quantity) over (
                partition by price_key
                order by tier_number
            ),
            0
        ) as above_quantity,
        coalesce(up_to_quantity, cast(9999999999 as decimal(20, 6))) as up_to_quantity

    from {{ ref('dim_price_tiers') }}

    where price_key is not null

),

entered as (

    -- Graduated: each tier prices what falls into it. Volume: the tier of the whole prices all.
    select
        invoice_lines.invoice_line_key,
        invoice_lines.units_per_major,
        coalesce(tiers.flat_amount, 0) as flat_amount,
        {{ quantity_times_price(
            "case when invoice_lines.price_model = 'volume' then invoice_lines.quantity"
            ~ " else least(invoice_lines.quantity, tiers.up_to_quantity) - tiers.above_quantity end",
            'coalesce(tiers.unit_price, 0)'
        ) }} as tier_amount

    from invoice_lines

    inner join tiers
        on invoice_lines.price_key = tiers.price_key
        and invoice_lines.quantity > tiers.above_quantity
        and (
            invoice_lines.price_model = 'graduated'
            or invoice_lines.quantity <= tiers.up_to_quantity
        )

)

select
    -- keys
    invoice_line_key,

    -- measures
    cast(
        sum({{ round_half_up_to_unit('tier_amount', 'units_per_major') }} + flat_amount)
        as decimal(18, 4)
    ) as tiered_amount,
    cast(count(*) as int) as tier_count

from entered

group by invoice_line_key
