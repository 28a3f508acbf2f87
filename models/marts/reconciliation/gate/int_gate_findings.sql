{#- Grain: one thing that is wrong, or worth knowing, before a run is released. -#}
with

gate_invoices as (

    select * from {{ ref('int_gate_invoices') }}

),

invoices_of_breaks as (

    -- A break has several legs of one invoice where a discount is a line of its own.
    select distinct
        break_legs.break_key,
        invoice_lines.invoice_key

    from {{ ref('recon_break_legs') }} as break_legs

    inner join {{ ref('fct_invoice_lines') }} as invoice_lines
        on break_legs.source_key = invoice_lines.invoice_line_key

    where break_legs.side = 'R'

),

unexpected_lines as (

    -- One invoice may have several lines that differ: one of them speaks for all.
    select
        invoices_of_breaks.invoice_key,
        min(breaks.break_code || ': ' || breaks.evidence) as evidence,
        cast(sum(breaks.residual_amount) as decimal(18, 4)) as residual_amount

    from {{ ref('recon_breaks') }} as breaks

    inner join invoices_of_breaks
        on breaks.break_key = invoices_of_breaks.break_key

    where
        breaks.pair_id = 'R11'
        and breaks.break_status = 'open'

    group by invoices_of_breaks.invoice_key

),

found as (

    select
        'missing' as check_code,
        billing_run_key,
        min(source_subscription_id) as subject_key,
        cast(null as {{ dbt.type_string() }}) as invoice_key,
        subscription_key,
        min(customer_key) as customer_key,
        min(currency) as currency,
        cast(null as decimal(18, 4)) as amount,
        'billed up to ' || cast(min(billed_until_on) as {{ dbt.type_string() }}) || ', due on '
        || cast(min(charge_due_on) as {{ dbt.type_string() }}) || ', no draft' as evidence

    from {{ ref('int_gate_due_charges') }}

    where not is_drafted

    group by billing_run_key, subscription_key

    union all

    select
        'duplicate' as check_code,
        gate_invoices.billing_run_key,
        gate_invoices.natural_key as subject_key,
        gate_invoices.invoice_key,
        gate_invoices.subscription_key,
        gate_invoices.customer_key,
        gate_invoices.currency,
        gate_invoices.total_amount as amount,
        'bills ' || cast(duplicates.service_starts_on as {{ dbt.type_string() }}) || ' to '
        || cast(duplicates.service_ends_on as {{ dbt.type_string() }}) || ' as '
        || duplicates.other_natural_key || ' does' as evidence

    from gate_invoices

    inner join {{ ref('int_gate_duplicates') }} as duplicates
        on gate_invoices.invoice_key = duplicates.invoice_key

    union all

    select
        'jump' as check_code,
        gate_invoices.billing_run_key,
        gate_invoices.natural_key as subject_key,
        gate_invoices.invoice_key,
        gate_invoices.subscription_key,
        gate_invoices.customer_key,
        gate_invoices.currency,
        gate_invoices.total_amount as amount,
        'a charge of ' || cast(jumps.charge_amount as {{ dbt.type_string() }}) || ' was '
        || cast(jumps.earlier_charge_amount as {{ dbt.type_string() }}) || ' the period before' as evidence

    from gate_invoices

    inner join {{ ref('int_gate_jumps') }} as jumps
        on gate_invoices.invoice_key = jumps.invoice_key

    union all

    select
        'expected_line' as check_code,
        gate_invoices.billing_run_key,
        gate_invoices.natural_key as subject_key,
        gate_invoices.invoice_key,
        gate_invoices.subscription_key,
        gate_invoices.customer_key,
        gate_invoices.currency,
        unexpected_lines.residual_amount as amount,
        unexpected_lines.evidence

    from gate_invoices

    inner join unexpected_lines
        on gate_invoices.invoice_key = unexpected_lines.invoice_key

    union all

    select
        'total' as check_code,
        billing_run_key,
        'total in ' || currency as subject_key,
        null as invoice_key,
        null as subscription_key,
        null as customer_key,
        currency,
        cast(drafted_total_amount as decimal(18, 4)) as amount,
        cast(prior_smallest_amount as {{ dbt.type_string() }}) || ' to '
        || cast(prior_largest_amount as {{ dbt.type_string() }}) || ' in the cycles before' as evidence

    from {{ ref('billing_run_gate_totals') }}

    where is_far_off

    union all

    select
        'not_posted' as check_code,
        billing_run_key,
        natural_key as subject_key,
        invoice_key,
        subscription_key,
        customer_key,
        currency,
        total_amount as amount,
        'issued, not in the ERP' as evidence

    from gate_invoices

    where not is_draft

)

select
    -- keys
    {{ surrogate_key([
        'billing_run_key', 'check_code', "coalesce(invoice_key, subscription_key, subject_key)"
    ]) }} as gate_item_key,
    billing_run_key,
    check_code,
    subject_key as gate_subject_key,
    invoice_key,
    subscription_key,
    customer_key,

    -- attributes
    currency,
    evidence,

    -- measures
    amount as gate_amount

from found
