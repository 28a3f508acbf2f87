{#- Grain: one delivered row of the raw table issue_type. -#}
with

raw as (

    select * from {{ source('raw_jira', 'issue_type') }}

),

statuses as (

    {{ known_words('jira', 'issue_type', 'name') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('jira', 'issue_type') }} as payload_hash,
        {{ row_problem('jira', 'issue_type') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as issue_type_id,
        {{ to_text('raw.name') }} as issue_type_name

    from raw

    left join statuses
        on lower({{ to_text('raw.name') }}) = statuses.raw_value

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
    issue_type_id,
    issue_type_name

from judged
