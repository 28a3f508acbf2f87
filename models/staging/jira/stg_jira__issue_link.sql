{#- Grain: one delivered row of the raw table issue_link. -#}
with

raw as (

    select * from {{ source('raw_jira', 'issue_link') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.issue_id', 'raw.related_issue_id', 'raw.relationship']) }} as row_id,
        {{ delivered_id(['raw.issue_id', 'raw.related_issue_id', 'raw.relationship']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('jira', 'issue_link') }} as payload_hash,
        {{ row_problem('jira', 'issue_link') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.issue_id') }} as issue_id,
        {{ to_text('raw.related_issue_id') }} as related_issue_id,
        lower({{ to_text('raw.relationship') }}) as relationship

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
    related_issue_id,
    relationship

from judged
