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

discounted_lines as (

    -- A discount that is a line of its own belongs to the line whose charge and service it is about.
    select
        invoice_lines.invoice_key,
        invoice_lines.source_subscription_item_id,
        invoice_lines.service_starts_on,
        invoice_lines.service_ends_on,
        min(invoice_lines.invoice_line_key) as invoice_line_key,
        max(recomputed.out_of_scope_reason) as out_of_scope_reason

    from invoice_lines

    inner join recomputed
        on invoice_lines.invoice_line_key = recomputed.invoice_line_key

    where invoice_lines.line_kind = 'recurring'

    group by 1, 2, 3, 4

),

sides as (

    select
        'L' as side,
        'expected line ' || invoice_line_key as leg_key,
        'line ' || invoice_line_key as clear_key,
        invoice_line_key,
        'expected line' as document_kind,
        expected_amount as signed_amount,
        rounded_item_count,
        cast(null as {{ dbt.type_string() }}) as out_of_scope_reason

    from recomputed

    where out_of_scope_reason is null

    union all

    select
        'R' as side,
        'invoice line ' || invoice_lines.invoice_line_key as leg_key,
        'line ' || coalesce(
            recomputed.invoice_line_key,
            discounted_lines.invoice_line_key,
            invoice_lines.invoice_line_key
        ) as clear_key,
        invoice_lines.invoice_line_key,
        invoice_lines.line_kind || ' line' as document_kind,
        cast(
            invoice_lines.line_amount - coalesce(invoice_lines.discount_amount, 0) as decimal(18, 4)
        ) as signed_amount,
        0 as rounded_item_count,
        case
            when recomputed.invoice_line_key is not null then recomputed.out_of_scope_reason
            when discounted_lines.invoice_line_key is null
                then 'a discount of a line that is not recomputed'
            else discounted_lines.out_of_scope_reason
        end as out_of_scope_reason

    from invoice_lines

    left join recomputed
        on invoice_lines.invoice_line_key = recomputed.invoice_line_key

    left join discounted_lines
        on invoice_lines.invoice_key = discounted_lines.invoice_key
        and invoice_lines.source_subscription_item_id = discounted_lines.source_subscription_item_id
        and invoice_lines.service_starts_on = discounted_lines.service_starts_on
        and invoice_lines.service_ends_on = discounted_lines.service_ends_on
        and invoice_lines.line_kind = 'discount'

)

select
    'R11' as pair_id,
    sides.side,
    sides.leg_key,
    sides.clear_key,
    coalesce(invoices.invoice_number, invoice_lines.source_invoice_id, invoice_lines.source_invoice_line_id)
        as natural_key,
    invoice_lines.legal_entity_code,
    invoices.customer_key,
    'fct_invoice_lines' as source_table,
    sides.invoice_line_key as source_key,
    sides.document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    invoice_lines.currency,
    invoice_lines.functional_currency,
    cast(null as {{ dbt.type_string() }}) as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    sides.out_of_scope_reason,
    sides.signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    sides.rounded_item_count,
    coalesce(invoices.issued_on, invoices.created_on) as occurred_on,
    -- A draft has no date of its own yet: it counts in the month in which it was made.
    coalesce(invoices.period_month, {{ month_of('invoices.created_on') }}) as period_month,
    coalesce(invoices.issued_on, invoices.created_on) as due_on,
    invoice_lines.recorded_at

from sides

inner join invoice_lines
    on sides.invoice_line_key = invoice_lines.invoice_line_key

left join invoices
    on invoice_lines.invoice_key = invoices.invoice_key
