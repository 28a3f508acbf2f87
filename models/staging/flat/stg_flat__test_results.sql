{#- Grain: one delivered row of the flat file test_results. -#}
with

raw as (

    select * from {{ source('raw_flat', 'test_results') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_test_result_id']) }} as row_id,
        {{ delivered_id(['raw.source_test_result_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'test_results') }} as payload_hash,
        {{ row_problem('flat', 'test_results') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_test_result_id') }} as source_test_result_id,
        {{ to_text('raw.suite_name') }} as suite_name,
        {{ to_text('raw.test_name') }} as test_name,
        {{ to_text('raw.scenario_code') }} as scenario_code,
        lower({{ to_text('raw.test_status') }}) as test_status,
        {{ to_text('raw.branch_name') }} as branch_name,
        {{ to_text('raw.commit_hash') }} as commit_hash,
        {{ to_utc('raw.ran_at') }} as ran_at,
        coalesce({{ to_date('raw.ran_on') }}, {{ to_bare_date('raw.ran_at') }}) as ran_on,
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
    source_test_result_id,
    suite_name,
    test_name,
    scenario_code,
    test_status,
    branch_name,
    commit_hash,
    ran_at,
    ran_on,
    recorded_at

from judged
