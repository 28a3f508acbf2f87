{#- Grain: one delivered row of the flat file products. -#}
with

raw as (

    select * from {{ source('raw_flat', 'products') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_product_id']) }} as row_id,
        {{ delivered_id(['raw.source_product_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'products') }} as payload_hash,
        {{ row_problem('flat', 'products') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_product_id') }} as source_product_id,
        {{ to_text('raw.product_name') }} as product_name,
        {{ to_text('raw.product_family') }} as product_family,
        coalesce({{ to_boolean('raw.is_active') }}, false) as is_active,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

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

    -- the record
    source_product_id,
    product_name,
    product_family,
    is_active,
    created_at,
    created_on,
    recorded_at

from judged
