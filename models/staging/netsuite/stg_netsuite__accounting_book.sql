{#- Grain: one delivered row of the raw table accounting_book. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'accounting_book') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'accounting_book') }} as payload_hash,
        {{ row_problem('netsuite', 'accounting_book') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as accounting_book_id,
        {{ to_boolean('raw.isprimary') }} as is_primary

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
    accounting_book_id,
    is_primary

from judged
