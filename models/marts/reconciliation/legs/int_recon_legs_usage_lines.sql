{#- Grain: one leg of R10, third stage: what was rated for a usage line (left) or what the line bills
    (right). -#}
with

usage_lines as (

    select * from {{ ref('int_recon_usage_lines') }}

),

invoice_lines as (

    select * from {{ ref('fct_invoice_lines') }} where line_kind = 'usage'

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

unrated as (

    select
        source_subscription_item_id,
        sum(quantity) as quantity

    from {{ ref('int_recon_unrated_events') }}

    where out_of_scope_reason is null

    group by source_subscription_item_id

),

scopes as (

    select * from {{ ref('int_recon_usage_scopes') }}

),

judged as (

    select
        usage_lines.invoice_line_key,
        usage_lines.billed_quantity,
        usage_lines.rated_quantity,
        case
            when not usage_lines.is_rated and not coalesce(scopes.is_rated, false)
                then 'nothing of its charge was rated in the warehouse'
            when usage_lines.is_billed_again
                then 'billed again: another line bills the same service of the charge'
            -- What the lines of a charge bill beyond its ratings is what was never rated.
            when
                usage_lines.billed_quantity <> usage_lines.rated_quantity
                and scopes.billed_unrated_quantity = unrated.quantity
                then 'an event of it was never rated: the stage before tells it'
        end as out_of_scope_reason

    from usage_lines

    left join scopes
        on usage_lines.source_subscription_item_id = scopes.source_subscription_item_id

    left join unrated
        on usage_lines.source_subscription_item_id = unrated.source_subscription_item_id

),

sides as (

    select
        'L' as side,
        'ratings of line ' || invoice_line_key as leg_key,
        'ratings of a line' as document_kind,
        rated_quantity as quantity,
        invoice_line_key,
        out_of_scope_reason

    from judged

    union all

    select
        'R' as side,
        'usage line ' || invoice_line_key as leg_key,
        'usage line' as document_kind,
        billed_quantity as quantity,
        invoice_line_key,
        out_of_scope_reason

    from judged

)

select
    'R10' as pair_id,
    sides.side,
    sides.leg_key,
    'usage line ' || sides.invoice_line_key as clear_key,
    coalesce(
        invoices.invoice_number, invoice_lines.source_invoice_id, invoice_lines.source_invoice_line_id
    ) as natural_key,
    invoice_lines.legal_entity_code,
    invoices.customer_key,
    'fct_invoice_lines' as source_table,
    sides.invoice_line_key as source_key,
    sides.document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    'XXX' as currency,
    cast(null as {{ dbt.type_string() }}) as functional_currency,
    cast(null as {{ dbt.type_string() }}) as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    sides.out_of_scope_reason,
    cast(sides.quantity as decimal(18, 4)) as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    coalesce(invoices.issued_on, invoices.created_on) as occurred_on,
    coalesce(invoices.period_month, {{ month_of('invoices.created_on') }}) as period_month,
    coalesce(invoices.issued_on, invoices.created_on) as due_on,
    invoice_lines.recorded_at

from sides

inner join invoice_lines
    on sides.invoice_line_key = invoice_lines.invoice_line_key

left join invoices
    on invoice_lines.invoice_key = invoices.invoice_key
