{#- Grain: one delivered row of the raw table account. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'account') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'account') }} as payload_hash,
        {{ row_problem('netsuite', 'account') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as account_id,
        {{ to_text('raw.acctnumber') }} as account_code,
        {{ to_text('raw.accttype') }} as account_kind,
        {{ to_text('raw.fullname') }} as account_name

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
    account_id,
    account_code,
    account_kind,
    account_name

from judged
