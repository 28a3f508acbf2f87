{#- Grain: one billing run. -#}
with

billing_runs as (

    select * from {{ ref('stg_ops__billing_run') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('ops', 'billing_run', 'status') }}

)

select
    'ops' as source_system,
    billing_runs.source_account,
    billing_runs.billing_run_id as source_billing_run_id,
    cast(null as {{ dbt.type_string() }}) as source_entity_id,
    billing_runs.run_kind,
    statuses.canonical_value as billing_run_status,
    billing_runs.expected_account_count,
    billing_runs.processed_account_count,
    billing_runs.failed_account_count,
    billing_runs.approved_exception_count,
    billing_runs.target_on,
    billing_runs.committed_deadline_at,
    billing_runs.committed_deadline_on,
    billing_runs.started_at,
    billing_runs.started_on,
    billing_runs.completed_at,
    billing_runs.completed_on,
    billing_runs.posted_at,
    billing_runs.posted_on,
    billing_runs.recorded_at

from billing_runs

inner join statuses
    on billing_runs.billing_run_status = statuses.raw_value
