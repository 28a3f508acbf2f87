{#- Grain: one delivered row of the raw table contact. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'contact') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'contact') }} as payload_hash,
        {{ row_problem('zuora', 'contact') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as contact_id,
        {{ masked('raw.work_email') }} as email_hash,
        lower({{ text_after('raw.work_email', '@') }}) as email_domain,
        {{ to_text('raw.country') }} as country

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
    contact_id,
    email_hash,
    email_domain,
    country

from judged
