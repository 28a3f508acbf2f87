{#- Grain: one invoice line that bills a charge, recomputed from what was agreed, or with the reason why
    it cannot be. -#}
with

expected_lines as (

    select * from {{ ref('int_recon_expected_lines') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

billed as (

    select
        expected_lines.*,
        invoices.invoice_status,
        {{ round_half_up_to_unit(
            quantity_times_price('billed_quantity', 'billed_unit_price'), 'units_per_major'
        ) }} as billed_list_amount

    from expected_lines

    left join invoices
        on expected_lines.invoice_key = invoices.invoice_key

),

listed as (

    -- Before discounts: as billed, and as agreed, which is nearly always the same.
    select
        billed.*,
        case
            when expected_quantity = billed_quantity and expected_unit_price = billed_unit_price
                then billed_list_amount
            else {{ round_half_up_to_unit(
                quantity_times_price('expected_quantity', 'expected_unit_price'), 'units_per_major'
            ) }}
        end as expected_list_amount

    from billed

),

discounted as (

    select
        listed.*,
        -- A discount that is not billed may be over: quantity and price are judged, discounts are not.
        billed_amount = billed_list_amount as is_undiscounted,
        expected_list_amount - {{ round_half_up_to_unit(
            percent_of('expected_list_amount', 'discount_percent'), 'units_per_major'
        ) }} as expected_net_amount,
        billed_list_amount - {{ round_half_up_to_unit(
            percent_of('billed_list_amount', 'discount_percent'), 'units_per_major'
        ) }} as billed_net_amount

    from listed

)

select
    -- keys
    invoice_line_key,
    invoice_key,
    source_subscription_item_id,

    -- attributes
    terms_valid_from_on,
    case
        when invoice_status is null then 'its invoice is not in the warehouse'
        when invoice_status = 'void' then 'voided in billing'
        when is_proration or line_kind = 'proration'
            then 'a part of a period: how a system counts its days is not recomputed yet'
        when line_kind = 'adjustment' then 'a correction, or drawn from a commitment'
        when tiered_amount is not null then null
        when source_subscription_item_id is null or not has_terms
            then 'nothing was agreed that the warehouse knows of'
        when expected_list_amount is null or billed_list_amount is null
            then 'not billed as a quantity times a price'
        -- Within a minor unit, or as many as a right discount grows to with a wrong quantity.
        when
            not is_undiscounted
            and cast(
                abs(billed_amount - billed_net_amount) * units_per_major as decimal(20, 4)
            ) * abs(expected_list_amount)
            > greatest(abs(expected_list_amount), abs(billed_list_amount))
            then 'a discount that the contract does not name'
    end as out_of_scope_reason,

    -- measures
    expected_quantity,
    expected_unit_price,
    billed_quantity,
    billed_unit_price,
    rounded_item_count,
    billed_amount,
    cast(
        case
            when tiered_amount is not null then tiered_amount
            when is_undiscounted then expected_list_amount
            else expected_net_amount
        end as decimal(18, 4)
    ) as expected_amount

from discounted
