{#- Grain: one cause that an expected line of R11 names for itself. -#}
with

differing as (

    select * from {{ ref('int_recon_recomputed_lines') }}
    where out_of_scope_reason is null and expected_amount <> billed_amount

),

terms as (

    select * from {{ ref('int_recon_agreed_terms') }}

),

earlier_prices as (

    -- A price may have been in force more than once: the last time is told.
    select
        differing.invoice_line_key,
        max(terms.valid_from_on) as was_valid_from_on

    from differing

    inner join terms
        on differing.source_subscription_item_id = terms.source_subscription_item_id
        and differing.terms_valid_from_on > terms.valid_from_on
        and differing.billed_unit_price = terms.unit_price

    where differing.billed_unit_price <> differing.expected_unit_price

    group by differing.invoice_line_key

)

select
    'R11' as pair_id,
    'expected line ' || differing.invoice_line_key as leg_key,
    'differs' as applies_when,
    'price_stale' as break_code,
    'billed at ' || cast(differing.billed_unit_price as {{ dbt.type_string() }})
    || ', the price from ' || cast(earlier_prices.was_valid_from_on as {{ dbt.type_string() }})
    || ' on; since ' || cast(differing.terms_valid_from_on as {{ dbt.type_string() }})
    || ' it is ' || cast(differing.expected_unit_price as {{ dbt.type_string() }}) as evidence

from differing

inner join earlier_prices
    on differing.invoice_line_key = earlier_prices.invoice_line_key

union all

select
    'R11' as pair_id,
    'expected line ' || invoice_line_key as leg_key,
    'differs' as applies_when,
    'quantity_difference' as break_code,
    'billed ' || cast(billed_quantity as {{ dbt.type_string() }})
    || ', agreed ' || cast(expected_quantity as {{ dbt.type_string() }}) as evidence

from differing

where billed_quantity <> expected_quantity
