{#- Grain: one delivered row of the raw table billing_run. -#}
with

raw as (

    select * from {{ source('raw_ops', 'billing_run') }}

),

statuses as (

    {{ known_words('ops', 'billing_run', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.run_id']) }} as row_id,
        {{ delivered_id(['raw.run_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'billing_run') }} as payload_hash,
        {{ row_problem('ops', 'billing_run') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.run_id') }} as billing_run_id,
        lower({{ to_text('raw.kind') }}) as run_kind,
        lower({{ to_text('raw.status') }}) as billing_run_status,
        {{ to_date('raw.target_date') }} as target_on,
        {{ both_clocks('raw.deadline_at', 'committed_deadline') }},
        {{ to_integer('raw.expected_accounts') }} as expected_account_count,
        {{ to_integer('raw.processed_accounts') }} as processed_account_count,
        {{ to_integer('raw.failed_accounts') }} as failed_account_count,
        {{ to_integer('raw.excused_accounts') }} as approved_exception_count,
        {{ both_clocks('raw.started_at', 'started') }},
        {{ both_clocks('raw.completed_at', 'completed') }},
        {{ both_clocks('raw.posted_at', 'posted') }},
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join statuses
        on lower({{ to_text('raw.status') }}) = statuses.raw_value

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
    billing_run_id,
    run_kind,
    billing_run_status,
    target_on,
    committed_deadline_at,
    committed_deadline_on,
    expected_account_count,
    processed_account_count,
    failed_account_count,
    approved_exception_count,
    started_at,
    started_on,
    completed_at,
    completed_on,
    posted_at,
    posted_on,
    recorded_at

from judged
