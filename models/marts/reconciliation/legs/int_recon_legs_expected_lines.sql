{#- Grain: one leg of R11: an invoice line as it should be (left) or as it is billed (right). -#}
with

recomputed as (

    select * from {{ ref('int_recon_recomputed_lines') }}

),

invoice_lines as (

    select * from {{ ref('fct_invoice_lines') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

discounts as (

    -- A discount that is a line of its own belongs to the line whose charge and service it is about.
    select
        discount_lines.invoice_line_key,
        min(recomputed.invoice_line_key) as discounted_line_key,
        max(recomputed.out_of_scope_reason) as out_of_scope_reason

    from invoice_lines as discount_lines

    inner join invoice_lines as regular_lines
        on discount_lines.invoice_key = regular_lines.invoice_key
        and discount_lines.source_subscription_item_id = regular_lines.source_subscription_item_id
        and discount_lines.service_starts_on = regular_lines.service_starts_on
        and discount_lines.service_ends_on = regular_lines.service_ends_on

    inner join recomputed
        on regular_lines.invoice_line_key = recomputed.invoice_line_key

    where discount_lines.line_kind = 'discount' and regular_lines.line_kind = 'recurring'

    group by discount_lines.invoice_line_key

),

billed_lines as (

    select
        invoice_lines.invoice_line_key,
        invoice_lines.legal_entity_code,
        invoices.customer_key,
        coalesce(
            invoices.invoice_number, invoice_lines.source_invoice_id, invoice_lines.source_invoice_line_id
        ) as natural_key,
        coalesce(
            recomputed.invoice_line_key, discounts.discounted_line_key, invoice_lines.invoice_line_key
        ) as clear_key,
        invoice_lines.line_kind,
        invoice_lines.currency,
        invoice_lines.functional_currency,
        case
            when recomputed.invoice_line_key is not null then recomputed.out_of_scope_reason
            when discounts.invoice_line_key is null then 'a discount of a line that is not recomputed'
            else discounts.out_of_scope_reason
        end as out_of_scope_reason,
        recomputed.invoice_line_key is not null and recomputed.out_of_scope_reason is null as is_recomputed,
        recomputed.expected_amount,
        recomputed.rounded_item_count,
        cast(
            invoice_lines.line_amount - coalesce(invoice_lines.discount_amount, 0) as decimal(18, 4)
        ) as billed_amount,
        coalesce(invoices.issued_on, invoices.created_on) as occurred_on,
        -- A draft has no date of its own yet: it counts in the month in which it was made.
        coalesce(invoices.period_month, {{ month_of('invoices.created_on') }}) as period_month,
        invoice_lines.recorded_at

    from invoice_lines

    left join recomputed
        on invoice_lines.invoice_line_key = recomputed.invoice_line_key

    left join discounts
        on invoice_lines.invoice_line_key = discounts.invoice_line_key

    left join invoices
        on invoice_lines.invoice_key = invoices.invoice_key

),

sides as (

    select
        billed_lines.*,
        'L' as side,
        'expected line ' || invoice_line_key as leg_key,
        'expected line' as document_kind,
        expected_amount as signed_amount,
        rounded_item_count as leg_rounded_item_count

    from billed_lines

    where is_recomputed

    union all

    select
        billed_lines.*,
        'R' as side,
        'invoice line ' || invoice_line_key as leg_key,
        line_kind || ' line' as document_kind,
        billed_amount as signed_amount,
        0 as leg_rounded_item_count

    from billed_lines

)

select
    'R11' as pair_id,
    side,
    leg_key,
    clear_key,
    natural_key,
    legal_entity_code,
    customer_key,
    'fct_invoice_lines' as source_table,
    invoice_line_key as source_key,
    document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    cast(null as {{ dbt.type_string() }}) as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    out_of_scope_reason,
    signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    leg_rounded_item_count as rounded_item_count,
    occurred_on,
    period_month,
    occurred_on as due_on,
    recorded_at

from sides
