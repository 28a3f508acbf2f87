{#- Grain: one invoice line with where it comes from: subscription item, contract line, rated usage. -#}
with

invoice_lines as (

    select * from {{ ref('fct_invoice_lines') }}

),

subscription_items as (

    select * from {{ ref('fct_subscription_items') }}

),

contract_lines as (

    select * from {{ ref('fct_contract_lines') }}

),

rated_usage as (

    select * from {{ ref('fct_rated_usage') }}

),

agreed as (

    -- Amended contracts name an item more than once: the first by key stands for them.
    select
        external_subscription_item_id,
        min(contract_line_key) as contract_line_key

    from contract_lines

    where external_subscription_item_id is not null

    group by external_subscription_item_id

),

rated as (

    select
        invoice_line_key,
        cast(sum(quantity) as decimal(20, 6)) as rated_quantity

    from rated_usage

    where invoice_line_key is not null

    group by invoice_line_key

)

select
    -- keys
    invoice_lines.invoice_line_key,
    subscription_items.subscription_item_key,
    agreed.contract_line_key,

    -- attributes
    case when agreed.contract_line_key is null then 'no contract' else 'agreed' end as contract_hop,
    case
        when subscription_items.subscription_item_key is not null then 'subscribed'
        when invoice_lines.source_subscription_id is null then 'not of a subscription'
        else 'item no longer known'
    end as subscription_hop,
    case
        when invoice_lines.line_kind <> 'usage' then 'not metered'
        when rated.invoice_line_key is null then 'not rated'
        when rated.rated_quantity = invoice_lines.quantity then 'rated'
        else 'differs'
    end as usage_hop,

    -- measures
    rated.rated_quantity

from invoice_lines

left join subscription_items
    on invoice_lines.source_system = subscription_items.source_system
    and invoice_lines.source_account = subscription_items.source_account
    and invoice_lines.source_subscription_item_id = subscription_items.source_subscription_item_id

left join agreed
    on invoice_lines.source_subscription_item_id = agreed.external_subscription_item_id

left join rated
    on invoice_lines.invoice_line_key = rated.invoice_line_key
