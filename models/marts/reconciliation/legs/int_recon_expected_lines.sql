{#- Grain: one invoice line that bills a charge, with what was agreed for it on the day on which its
    service begins. -#}
with

invoice_lines as (

    select * from {{ ref('fct_invoice_lines') }} where line_kind <> 'discount'

),

discount_lines as (

    -- Discounts as lines of their own: they are about the charge and the service of another line,
    -- and are taken off regular charges.
    select
        invoice_key,
        source_subscription_item_id,
        service_starts_on,
        service_ends_on,
        'recurring' as discounted_line_kind,
        cast(sum(line_amount) as decimal(18, 4)) as discount_amount

    from {{ ref('fct_invoice_lines') }}

    where line_kind = 'discount'

    group by invoice_key, source_subscription_item_id, service_starts_on, service_ends_on

),

roundings as (

    select * from {{ ref('billing_roundings') }}

),

currencies as (

    select * from {{ ref('currencies') }}

),

terms as (

    select * from {{ ref('int_recon_agreed_terms') }}

),

billing_items as (

    select * from {{ ref('fct_subscription_items') }}

),

tiered as (

    select * from {{ ref('int_recon_tiered_lines') }}

)

select
    -- keys
    invoice_lines.invoice_line_key,
    invoice_lines.invoice_key,
    invoice_lines.source_subscription_item_id,

    -- attributes
    invoice_lines.line_kind,
    invoice_lines.is_proration,
    terms.valid_from_on is not null as has_terms,
    terms.valid_from_on as terms_valid_from_on,
    coalesce(roundings.units_per_major, currencies.units_per_major) as units_per_major,
    -- Where billing's own record and the contract differ (R09), a line may follow either.
    case
        when invoice_lines.line_kind = 'usage' or invoice_lines.quantity = terms.quantity
            then invoice_lines.quantity
        when terms.valid_before_on > {{ as_of_date() }} and terms.valid_from_on <= {{ as_of_date() }}
            then coalesce(billing_items.quantity, terms.quantity)
        else terms.quantity
    end as expected_quantity,
    case
        when invoice_lines.unit_price = terms.unit_price then invoice_lines.unit_price
        when terms.valid_before_on > {{ as_of_date() }} and terms.valid_from_on <= {{ as_of_date() }}
            then coalesce(billing_items.unit_price, terms.unit_price)
        else terms.unit_price
    end as expected_unit_price,
    invoice_lines.quantity as billed_quantity,
    invoice_lines.unit_price as billed_unit_price,

    -- measures
    terms.discount_percent,
    tiered.tiered_amount,
    coalesce(tiered.tier_count, 1) as rounded_item_count,
    cast(
        invoice_lines.line_amount - coalesce(invoice_lines.discount_amount, 0)
        + coalesce(discount_lines.discount_amount, 0) as decimal(18, 4)
    ) as billed_amount

from invoice_lines

left join discount_lines
    on invoice_lines.invoice_key = discount_lines.invoice_key
    and invoice_lines.source_subscription_item_id = discount_lines.source_subscription_item_id
    and invoice_lines.service_starts_on = discount_lines.service_starts_on
    and invoice_lines.service_ends_on = discount_lines.service_ends_on
    and invoice_lines.line_kind = discount_lines.discounted_line_kind

left join currencies
    on invoice_lines.currency = currencies.currency

left join roundings
    on invoice_lines.source_system = roundings.source_system
    and invoice_lines.currency = roundings.currency

left join terms
    on invoice_lines.source_subscription_item_id = terms.source_subscription_item_id
    and invoice_lines.service_starts_on >= terms.valid_from_on
    and invoice_lines.service_starts_on < terms.valid_before_on

left join billing_items
    on invoice_lines.source_system = billing_items.source_system
    and invoice_lines.source_account = billing_items.source_account
    and invoice_lines.source_subscription_item_id = billing_items.source_subscription_item_id

left join tiered
    on invoice_lines.invoice_line_key = tiered.invoice_line_key
