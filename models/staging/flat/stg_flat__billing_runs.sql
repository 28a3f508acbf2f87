{#- Grain: one delivered row of the flat file billing_runs. -#}
with

raw as (

    select * from {{ source('raw_flat', 'billing_runs') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_billing_run_id']) }} as row_id,
        {{ delivered_id(['raw.source_billing_run_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'billing_runs') }} as payload_hash,
        {{ row_problem('flat', 'billing_runs') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_billing_run_id') }} as source_billing_run_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        lower({{ to_text('raw.run_kind') }}) as run_kind,
        lower({{ to_text('raw.billing_run_status') }}) as billing_run_status,
        {{ to_integer('raw.expected_account_count') }} as expected_account_count,
        {{ to_integer('raw.processed_account_count') }} as processed_account_count,
        {{ to_integer('raw.failed_account_count') }} as failed_account_count,
        {{ to_integer('raw.approved_exception_count') }} as approved_exception_count,
        {{ to_date('raw.target_on') }} as target_on,
        {{ to_utc('raw.committed_deadline_at') }} as committed_deadline_at,
        coalesce({{ to_date('raw.committed_deadline_on') }}, {{ to_bare_date('raw.committed_deadline_at') }})
            as committed_deadline_on,
        {{ to_utc('raw.started_at') }} as started_at,
        coalesce({{ to_date('raw.started_on') }}, {{ to_bare_date('raw.started_at') }})
            as started_on,
        {{ to_utc('raw.completed_at') }} as completed_at,
        coalesce({{ to_date('raw.completed_on') }}, {{ to_bare_date('raw.completed_at') }})
            as completed_on,
        {{ to_utc('raw.posted_at') }} as posted_at,
        coalesce({{ to_date('raw.posted_on') }}, {{ to_bare_date('raw.posted_at') }}) as posted_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

),

judged as (

    {{ judge_rows('typed') }}

)

select
    -- place and fate
    source_account,
    source_file,
    source_row,
    row_id,
    row_disposition,
    disposition_reason,

    -- the record
    source_billing_run_id,
    source_entity_id,
    run_kind,
    billing_run_status,
    expected_account_count,
    processed_account_count,
    failed_account_count,
    approved_exception_count,
    target_on,
    committed_deadline_at,
    committed_deadline_on,
    started_at,
    started_on,
    completed_at,
    completed_on,
    posted_at,
    posted_on,
    recorded_at

from judged
