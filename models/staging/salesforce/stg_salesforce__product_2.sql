{#- Grain: one delivered row of the raw table product_2. -#}
with

raw as (

    select * from {{ source('raw_salesforce', 'product_2') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('salesforce', 'product_2') }} as payload_hash,
        {{ row_problem('salesforce', 'product_2') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as product_id,
        {{ to_text('raw.name') }} as product_name,
        {{ to_text('raw.product_code') }} as product_code,
        {{ to_text('raw.family') }} as product_family,
        {{ to_boolean('raw.is_active') }} as is_active,
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
    product_code,
    product_family,
    is_active,
    created_at,
    created_on

from judged
