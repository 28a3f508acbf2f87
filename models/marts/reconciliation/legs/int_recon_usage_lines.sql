{#- Grain: one invoice line of usage, with what was rated for it. -#}
with

usage_lines as (

    select * from {{ ref('fct_invoice_lines') }} where line_kind = 'usage'

),

ratings as (

    select
        invoice_line_key,
        sum(quantity) as quantity

    from {{ ref('fct_rated_usage') }}

    where invoice_line_key is not null

    group by invoice_line_key

),

rated_services as (

    -- Several lines may bill one service of a charge: one rated one is enough.
    select
        usage_lines.source_subscription_item_id,
        usage_lines.service_starts_on,
        usage_lines.service_ends_on,
        usage_lines.quantity

    from usage_lines

    inner join ratings
        on usage_lines.invoice_line_key = ratings.invoice_line_key

    group by
        usage_lines.source_subscription_item_id,
        usage_lines.service_starts_on,
        usage_lines.service_ends_on,
        usage_lines.quantity

)

select
    -- keys
    usage_lines.invoice_line_key,
    usage_lines.source_subscription_item_id,

    -- attributes
    ratings.invoice_line_key is not null as is_rated,
    ratings.invoice_line_key is null
    and rated_services.source_subscription_item_id is not null as is_billed_again,

    -- measures
    coalesce(usage_lines.quantity, 0) as billed_quantity,
    cast(coalesce(ratings.quantity, 0) as decimal(20, 6)) as rated_quantity,

    -- times
    usage_lines.service_starts_on,
    usage_lines.service_ends_on

from usage_lines

left join ratings
    on usage_lines.invoice_line_key = ratings.invoice_line_key

left join rated_services
    on usage_lines.source_subscription_item_id = rated_services.source_subscription_item_id
    and usage_lines.service_starts_on = rated_services.service_starts_on
    and usage_lines.service_ends_on = rated_services.service_ends_on
    and usage_lines.quantity = rated_services.quantity
