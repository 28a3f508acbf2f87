{#- Grain: one delivered row of the raw table payment_method. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'payment_method') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'payment_method') }} as payload_hash,
        {{ row_problem('zuora', 'payment_method') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as payment_method_id,
        {{ to_text('raw.type') }} as payment_method_kind

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
    payment_method_id,
    payment_method_kind

from judged
