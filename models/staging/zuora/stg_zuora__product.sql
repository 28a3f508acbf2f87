{#- Grain: one delivered row of the raw table product. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'product') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'product') }} as payload_hash,
        {{ row_problem('zuora', 'product') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as product_id,
        {{ to_text('raw.name') }} as product_name,
        {{ to_text('raw.category') }} as product_family,
        {{ to_date('raw.effective_end_date') }} as effective_ends_on,
        {{ both_clocks('raw.created_date', 'created') }}

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
    product_id,
    product_name,
    product_family,
    effective_ends_on,
    created_at,
    created_on

from judged
