{#- Grain: one delivered row of the flat file customer_links. -#}
with

raw as (

    select * from {{ source('raw_flat', 'customer_links') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_customer_link_id']) }} as row_id,
        {{ delivered_id(['raw.source_customer_link_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'customer_links') }} as payload_hash,
        {{ row_problem('flat', 'customer_links') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_customer_link_id') }} as source_customer_link_id,
        {{ to_text('raw.left_source_system') }} as left_source_system,
        {{ to_text('raw.left_source_account') }} as left_source_account,
        {{ to_text('raw.left_source_customer_id') }} as left_source_customer_id,
        {{ to_text('raw.right_source_system') }} as right_source_system,
        {{ to_text('raw.right_source_account') }} as right_source_account,
        {{ to_text('raw.right_source_customer_id') }} as right_source_customer_id,
        lower({{ to_text('raw.evidence_rule') }}) as evidence_rule,
        {{ to_text('raw.evidence') }} as evidence,
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
    source_customer_link_id,
    left_source_system,
    left_source_account,
    left_source_customer_id,
    right_source_system,
    right_source_account,
    right_source_customer_id,
    evidence_rule,
    evidence,
    recorded_at

from judged
