{#- Grain: one delivered row of the raw table subsidiary. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'subsidiary') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'subsidiary') }} as payload_hash,
        {{ row_problem('netsuite', 'subsidiary') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as subsidiary_id,
        {{ to_text('raw.name') }} as subsidiary_name,
        {{ to_text('raw.currency') }} as currency_id

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
    subsidiary_id,
    subsidiary_name,
    currency_id

from judged
