{#- Grain: one delivered row of the raw table issue_field_history. -#}
with

raw as (

    select * from {{ source('raw_jira', 'issue_field_history') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.issue_id', 'raw.field_id', 'raw.time']) }} as row_id,
        {{ delivered_id(['raw.issue_id', 'raw.field_id', 'raw.time']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('jira', 'issue_field_history') }} as payload_hash,
        {{ row_problem('jira', 'issue_field_history') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.issue_id') }} as issue_id,
        {{ to_text('raw.field_id') }} as field_id,
        {{ both_clocks('raw.time', 'changed') }},
        -- People write about people in these fields: what they wrote is left out.
        case
            when {{ to_text('raw.field_id') }} in ('summary', 'description', 'environment', 'comment')
                then null
            else {{ to_text('raw.value') }}
        end as field_value,
        {{ to_decimal('raw.value') }} as number_value,
        {{ both_clocks('raw.value', 'value') }},
        {{ to_boolean('raw.is_active') }} as is_active,
        {{ to_text('raw.author_id') }} as author_id

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
    field_id,
    changed_at,
    changed_on,
    field_value,
    number_value,
    value_at,
    value_on,
    is_active,
    author_id

from judged
