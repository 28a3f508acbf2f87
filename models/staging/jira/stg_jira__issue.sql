{#- Grain: one delivered row of the raw table issue. -#}
with

raw as (

    select * from {{ source('raw_jira', 'issue') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('jira', 'issue') }} as payload_hash,
        {{ row_problem('jira', 'issue') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as issue_id,
        {{ to_text('raw.key') }} as issue_key,
        {{ to_text('raw.issue_type') }} as issue_type_id,
        {{ to_text('raw.status') }} as status_id,
        {{ to_text('raw.priority') }} as priority_id,
        {{ to_text('raw.resolution') }} as resolution_id,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.resolved', 'resolved') }},
        {{ both_clocks('raw.status_category_changed', 'status_category_changed') }}

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
    row_version as synced_at,
    is_marked_deleted as is_deleted,

    -- the record
    issue_id,
    issue_key,
    issue_type_id,
    status_id,
    priority_id,
    resolution_id,
    created_at,
    created_on,
    resolved_at,
    resolved_on,
    status_category_changed_at,
    status_category_changed_on

from judged
