{#- Grain: one charge from one day on: what the contract says about quantity, price and discount
    until the next agreed change. -#}
with

contract_lines as (

    select * from {{ ref('fct_contract_lines') }}

),

contract_amendments as (

    select * from {{ ref('fct_contract_amendments') }}

),

agreed as (

    select
        contract_line_key,
        external_subscription_item_id as source_subscription_item_id,
        quantity,
        unit_price,
        coalesce(discount_percent, 0) as discount_percent,
        coalesce(starts_on, cast('1900-01-01' as date)) as valid_from_on,
        recorded_at,
        0 as is_amended

    from contract_lines

    where external_subscription_item_id is not null

    union all

    -- What a change leaves alone stays as the contract line has it.
    select
        contract_lines.contract_line_key,
        contract_lines.external_subscription_item_id as source_subscription_item_id,
        coalesce(contract_amendments.quantity, contract_lines.quantity) as quantity,
        coalesce(contract_amendments.unit_price, contract_lines.unit_price) as unit_price,
        coalesce(contract_lines.discount_percent, 0) as discount_percent,
        contract_amendments.effective_on as valid_from_on,
        contract_amendments.recorded_at,
        1 as is_amended

    from contract_amendments

    inner join contract_lines
        on contract_amendments.contract_line_key = contract_lines.contract_line_key

    where
        contract_lines.external_subscription_item_id is not null
        and contract_amendments.effective_on is not null
        and coalesce(contract_amendments.quantity, contract_amendments.unit_price) is not null

),

numbered as (

    select
        agreed.*,
        row_number() over (
            partition by source_subscription_item_id, valid_from_on
            order by is_amended desc, recorded_at desc, contract_line_key desc
        ) as place

    from agreed

)

select
    -- keys
    source_subscription_item_id,
    contract_line_key,

    -- measures
    quantity,
    unit_price,
    discount_percent,

    -- times
    valid_from_on,
    coalesce(
        lead(valid_from_on) over (
            partition by source_subscription_item_id
            order by valid_from_on
        ),
        cast('9999-12-31' as date)
    ) as valid_before_on

from numbered

-- Of several changes on one day the one agreed last holds.
where place = 1
