{#- Grain: one run before the gate and one currency, with the totals of the cycles before. -#}
with

runs as (

    select * from {{ ref('int_gate_runs') }}

),

checks as (

    select * from {{ ref('billing_gate_checks') }} where check_code = 'total'

),

prior_runs as (

    -- A cycle of the same kind: the same entity, kind of run and day of the month.
    select
        runs.billing_run_key,
        earlier.source_billing_run_id,
        earlier.legal_entity_code,
        row_number() over (
            partition by runs.billing_run_key order by earlier.target_on desc, earlier.billing_run_key desc
        ) as place

    from runs

    inner join {{ ref('fct_billing_runs') }} as earlier
        on runs.legal_entity_code = earlier.legal_entity_code
        and runs.run_kind = earlier.run_kind
        and runs.target_on > earlier.target_on
        and extract(day from runs.target_on) = extract(day from earlier.target_on)

    where earlier.posted_at is not null

),

run_totals as (

    select
        source_billing_run_id,
        legal_entity_code,
        currency,
        count(*) as invoice_count,
        cast(sum(total_amount) as decimal(38, 4)) as total_amount

    from {{ ref('fct_invoices') }}

    where source_billing_run_id is not null

    group by source_billing_run_id, legal_entity_code, currency

),

prior_totals as (

    select
        prior_runs.billing_run_key,
        run_totals.currency,
        count(*) as prior_cycle_count,
        min(run_totals.total_amount) as prior_smallest_amount,
        max(run_totals.total_amount) as prior_largest_amount

    from prior_runs

    inner join run_totals
        on prior_runs.source_billing_run_id = run_totals.source_billing_run_id
        and prior_runs.legal_entity_code = run_totals.legal_entity_code

    inner join checks
        on prior_runs.place <= checks.prior_cycles

    group by prior_runs.billing_run_key, run_totals.currency

)

select
    -- keys
    runs.billing_run_key,
    run_totals.currency,

    -- attributes
    coalesce(
        prior_totals.prior_cycle_count >= checks.prior_cycles
        and run_totals.invoice_count >= checks.least_documents,
        false
    ) as is_total_judged,
    coalesce(
        prior_totals.prior_cycle_count >= checks.prior_cycles
        and run_totals.invoice_count >= checks.least_documents
        and (
            run_totals.total_amount > prior_totals.prior_largest_amount * checks.factor
            or run_totals.total_amount * checks.factor < prior_totals.prior_smallest_amount
        ),
        false
    ) as is_far_off,

    -- measures
    run_totals.invoice_count as drafted_invoice_count,
    run_totals.total_amount as drafted_total_amount,
    coalesce(prior_totals.prior_cycle_count, 0) as prior_cycle_count,
    prior_totals.prior_smallest_amount,
    prior_totals.prior_largest_amount

from runs

inner join run_totals
    on runs.source_billing_run_id = run_totals.source_billing_run_id
    and runs.legal_entity_code = run_totals.legal_entity_code

left join prior_totals
    on runs.billing_run_key = prior_totals.billing_run_key
    and run_totals.currency = prior_totals.currency

cross join checks
