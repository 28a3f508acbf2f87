{#- Grain: one finding of one check about one subject before a run is released. -#}
with

findings as (

    select * from {{ ref('int_gate_findings') }}

),

checks as (

    select * from {{ ref('billing_gate_checks') }}

)

select
    -- keys
    findings.gate_item_key,
    findings.billing_run_key,
    findings.check_code,
    findings.gate_subject_key,
    findings.invoice_key,
    findings.subscription_key,
    findings.customer_key,

    -- attributes
    checks.item_verdict,
    checks.meaning as check_meaning,
    findings.evidence,
    findings.currency,

    -- measures
    findings.gate_amount

from findings

inner join checks
    on findings.check_code = checks.check_code
