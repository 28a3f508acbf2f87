{#- Grain: one leg of R09: a line of a contract as agreed today (left) or the charge of a subscription
    in billing (right). -#}
with

contract_lines as (

    select * from {{ ref('fct_contract_lines') }}

),

subscription_items as (

    select * from {{ ref('fct_subscription_items') }}

),

terms as (

    select * from {{ ref('int_recon_agreed_terms') }}
    where valid_from_on <= {{ as_of_date() }} and valid_before_on > {{ as_of_date() }}

),

billed_as as (

    -- Billing may split a contract line: one of its charges stands for it, the others stand alone.
    select
        source_contract_line_id,
        min(source_subscription_item_id) as source_subscription_item_id

    from subscription_items

    where source_contract_line_id is not null

    group by source_contract_line_id

),

sides as (

    select
        'L' as side,
        'contract line ' || contract_lines.contract_line_key as leg_key,
        coalesce(
            'item ' || billed_as.source_subscription_item_id,
            'item ' || contract_lines.external_subscription_item_id,
            'contract line ' || contract_lines.contract_line_key
        ) as clear_key,
        contract_lines.source_contract_line_id as natural_key,
        contract_lines.legal_entity_code,
        contract_lines.customer_key,
        'fct_contract_lines' as source_table,
        contract_lines.contract_line_key as source_key,
        'contract line' as document_kind,
        contract_lines.currency,
        contract_lines.functional_currency,
        coalesce(terms.quantity, contract_lines.quantity) as quantity,
        case
            when contract_lines.ends_before_on <= {{ as_of_date() }} then 'ended'
            when contract_lines.starts_on > {{ as_of_date() }} then 'begins later'
        end as out_of_scope_reason,
        contract_lines.recorded_at

    from contract_lines

    left join terms
        on contract_lines.contract_line_key = terms.contract_line_key

    left join billed_as
        on contract_lines.source_contract_line_id = billed_as.source_contract_line_id

    union all

    select
        'R' as side,
        'subscription item ' || subscription_item_key as leg_key,
        'item ' || source_subscription_item_id as clear_key,
        source_subscription_item_id as natural_key,
        legal_entity_code,
        customer_key,
        'fct_subscription_items' as source_table,
        subscription_item_key as source_key,
        'subscription item' as document_kind,
        currency,
        functional_currency,
        quantity,
        case
            when ends_on <= {{ as_of_date() }} or subscription_status = 'cancelled' then 'ended'
            when starts_on > {{ as_of_date() }} then 'begins later'
        end as out_of_scope_reason,
        recorded_at

    from subscription_items

)

select
    'R09' as pair_id,
    side,
    leg_key,
    clear_key,
    natural_key,
    legal_entity_code,
    customer_key,
    source_table,
    source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    coalesce(currency, 'XXX') as currency,
    functional_currency,
    cast(null as {{ dbt.type_string() }}) as reference_raw,
    cast(cast(quantity as decimal(20, 6)) as {{ dbt.type_string() }}) as compared_value,
    out_of_scope_reason,
    cast(0 as decimal(18, 4)) as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    {{ as_of_date() }} as occurred_on,
    -- What differs today counts in the month of today, whenever it began.
    cast({{ dbt.date_trunc('month', as_of_date()) }} as date) as period_month,
    {{ as_of_date() }} as due_on,
    recorded_at

from sides
