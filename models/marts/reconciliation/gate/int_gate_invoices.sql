{#- Grain: one invoice that is about to be issued (a draft of a run) or to be posted (issued, and not
    in the ERP), with the run whose gate it stands before. -#}
with

runs as (

    select * from {{ ref('int_gate_runs') }}

),

invoices as (

    select * from {{ ref('fct_invoices') }}

),

unposted as (

    -- One invoice has a break in each period that it touches.
    select distinct break_legs.source_key as invoice_key

    from {{ ref('recon_breaks') }} as breaks

    inner join {{ ref('recon_break_legs') }} as break_legs
        on breaks.break_key = break_legs.break_key

    where
        breaks.pair_id = 'R01'
        and breaks.break_shape = 'left_only'
        and breaks.break_status = 'open'
        and break_legs.source_table = 'fct_invoices'

)

select
    -- keys
    invoices.invoice_key,
    coalesce(own_run.billing_run_key, next_run.billing_run_key) as billing_run_key,
    invoices.customer_key,
    invoices.subscription_key,
    invoices.legal_entity_code,

    -- attributes
    own_run.billing_run_key is not null as is_draft,
    coalesce(invoices.invoice_number, invoices.source_invoice_id) as natural_key,
    invoices.source_subscription_id,
    invoices.currency,

    -- measures
    invoices.total_amount,

    -- times
    invoices.created_at

from invoices

left join runs as own_run
    on invoices.source_billing_run_id = own_run.source_billing_run_id
    and invoices.legal_entity_code = own_run.legal_entity_code
    and invoices.invoice_status = 'draft'

left join unposted
    on invoices.invoice_key = unposted.invoice_key

left join runs as next_run
    on invoices.legal_entity_code = next_run.legal_entity_code
    and next_run.is_latest_run
    and unposted.invoice_key is not null

where coalesce(own_run.billing_run_key, next_run.billing_run_key) is not null
