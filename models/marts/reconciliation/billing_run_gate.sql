{#- Grain: one billing run that waits to be posted, with the verdict. -#}
with

runs as (

    select * from {{ ref('int_gate_runs') }}

),

checks as (

    select * from {{ ref('billing_gate_checks') }}

),

drafted as (

    -- The run counts what it bills as billing does: one for each subscription.
    select
        billing_run_key,
        count(distinct coalesce(source_subscription_id, invoice_key)) as drafted_count

    from {{ ref('int_gate_invoices') }}

    where is_draft

    group by billing_run_key

),

found as (

    select
        billing_run_key,
        check_code,
        count(*) as finding_count

    from {{ ref('billing_run_gate_items') }}

    group by billing_run_key, check_code

),

counted as (

    select
        runs.billing_run_key,
        coalesce(max(drafted.drafted_count), 0) as drafted_count,
        coalesce(sum(case when found.check_code = 'missing' then found.finding_count end), 0)
            as missing_count

    from runs

    left join drafted
        on runs.billing_run_key = drafted.billing_run_key

    left join found
        on runs.billing_run_key = found.billing_run_key

    group by runs.billing_run_key

),

accounted as (

    select
        runs.*,
        counted.drafted_count,
        counted.missing_count,
        greatest(
            coalesce(runs.expected_account_count, 0) - coalesce(runs.approved_exception_count, 0)
            - counted.drafted_count - counted.missing_count,
            0
        ) as not_accounted_for_count

    from runs

    inner join counted
        on runs.billing_run_key = counted.billing_run_key

),

judged as (

    select
        accounted.billing_run_key,
        checks.check_code,
        checks.meaning,
        checks.item_verdict,
        case
            when checks.check_code = 'not_accounted_for' then accounted.not_accounted_for_count
            else coalesce(found.finding_count, 0)
        end as finding_count,
        checks.stop_from_count,
        checks.stop_from_bps,
        greatest(accounted.expected_account_count, accounted.drafted_count, 1) as base_count

    from accounted

    cross join checks

    left join found
        on accounted.billing_run_key = found.billing_run_key
        and checks.check_code = found.check_code

),

weighed as (

    select
        billing_run_key,
        max(case
            when finding_count >= stop_from_count and finding_count * 10000 >= stop_from_bps * base_count
                then 2
            when finding_count > 0 and item_verdict = 'hold' then 1
            else 0
        end) as weight,
        sum(case when check_code = 'duplicate' then finding_count else 0 end) as duplicate_count,
        sum(case when check_code = 'jump' then finding_count else 0 end) as jump_count,
        sum(case when check_code = 'expected_line' then finding_count else 0 end)
            as expected_line_count,
        sum(case when check_code = 'total' then finding_count else 0 end) as far_off_total_count,
        sum(case when check_code = 'not_posted' then finding_count else 0 end) as not_posted_count

    from judged

    group by billing_run_key

),

held as (

    select
        billing_run_key,
        count(distinct invoice_key) as held_invoice_count

    from {{ ref('billing_run_gate_items') }}

    where item_verdict = 'hold'

    group by billing_run_key

)

select
    -- keys
    accounted.billing_run_key,
    accounted.legal_entity_code,
    accounted.source_billing_run_id,

    -- attributes
    accounted.run_kind,
    accounted.billing_run_status,
    accounted.is_latest_run,
    case
        when accounted.billing_run_status = 'failed' or weighed.weight = 2 then 'stop'
        when weighed.weight = 1 then 'hold'
        else 'release'
    end as gate_verdict,

    -- measures
    cast(accounted.expected_account_count as bigint) as expected_account_count,
    cast(accounted.approved_exception_count as bigint) as approved_exception_count,
    cast(accounted.drafted_count as bigint) as drafted_count,
    cast(accounted.missing_count as bigint) as missing_count,
    cast(accounted.not_accounted_for_count as bigint) as not_accounted_for_count,
    cast(weighed.duplicate_count as bigint) as duplicate_count,
    cast(weighed.jump_count as bigint) as jump_count,
    cast(weighed.expected_line_count as bigint) as expected_line_count,
    cast(weighed.far_off_total_count as bigint) as far_off_total_count,
    cast(weighed.not_posted_count as bigint) as not_posted_count,
    cast(coalesce(held.held_invoice_count, 0) as bigint) as held_invoice_count,

    -- times
    accounted.target_on,
    accounted.committed_deadline_at

from accounted

inner join weighed
    on accounted.billing_run_key = weighed.billing_run_key

left join held
    on accounted.billing_run_key = held.billing_run_key
