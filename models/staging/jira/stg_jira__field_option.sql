{#- Grain: one delivered row of the raw table field_option. -#}
with

raw as (

    select * from {{ source('raw_jira', 'field_option') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('jira', 'field_option') }} as payload_hash,
        {{ row_problem('jira', 'field_option') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as option_id,
        {{ to_text('raw.name') }} as option_name

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
    option_id,
    option_name

from judged
