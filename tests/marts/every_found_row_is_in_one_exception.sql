{{ config(group='marts') }}
{#- Law: what the checks that ran found in this run is all in the exceptions that it sees: the same
    rows and the same amount, by check. -#}
with

found as (

    select
        found_rows.check_id,
        count(*) as row_count,
        {{ sum_amount('found_rows.amount_at_risk_reporting') }} as amount_at_risk_reporting

    from {{ ref('int_exceptions_found') }} as found_rows

    inner join {{ ref('int_exception_check_runs') }} as check_runs
        on found_rows.check_id = check_runs.check_id
        and check_runs.check_status = 'ran'

    group by found_rows.check_id

),

observed as (

    select
        check_id,
        sum(occurrence_count) as row_count,
        {{ sum_amount('amount_at_risk_reporting') }} as amount_at_risk_reporting
    from {{ ref('int_exception_observations') }}
    group by check_id

)

select
    coalesce(found.check_id, observed.check_id) as check_id,
    found.row_count as found_count,
    observed.row_count as observed_count

from found

full outer join observed
    on found.check_id = observed.check_id

where
    coalesce(found.row_count, 0) <> coalesce(observed.row_count, 0)
    or coalesce(found.amount_at_risk_reporting, 0)
    <> coalesce(observed.amount_at_risk_reporting, 0)
