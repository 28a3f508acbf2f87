{#- Grain: one delivered row of the raw table product_rate_plan. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'product_rate_plan') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'product_rate_plan') }} as payload_hash,
        {{ row_problem('zuora', 'product_rate_plan') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as product_rate_plan_id,
        {{ to_text('raw.product_id') }} as product_id,
        {{ to_date('raw.effective_start_date') }} as effective_starts_on,
        {{ to_date('raw.effective_end_date') }} as effective_ends_on

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
    product_rate_plan_id,
    product_id,
    effective_starts_on,
    effective_ends_on

from judged
