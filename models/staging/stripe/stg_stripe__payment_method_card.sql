{#- Grain: one delivered row of the raw table payment_method_card. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'payment_method_card') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.payment_method_id']) }} as row_id,
        {{ delivered_id(['raw.payment_method_id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'payment_method_card') }} as payload_hash,
        {{ row_problem('stripe', 'payment_method_card') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.payment_method_id') }} as payment_method_id,
        {{ to_text('raw.brand') }} as card_brand

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
    card_brand

from judged
