{#- Grain: one delivered row of the raw table price_tier. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'price_tier') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.price_id', 'raw.index']) }} as row_id,
        {{ delivered_id(['raw.price_id', 'raw.index']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'price_tier') }} as payload_hash,
        {{ row_problem('stripe', 'price_tier') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.price_id') }} as price_id,
        {{ to_integer('raw.index') }} as tier_index,
        {{ to_decimal('raw.up_to', 20, 6) }} as up_to,
        {{ to_decimal('raw.unit_amount_decimal', 24, 12) }} as unit_amount_decimal,
        {{ to_decimal('raw.unit_amount', 24, 12) }} as unit_amount,
        {{ to_decimal('raw.flat_amount_decimal', 24, 12) }} as flat_amount_decimal,
        {{ to_decimal('raw.flat_amount', 24, 12) }} as flat_amount

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
    price_id,
    tier_index,
    up_to,
    unit_amount_decimal,
    unit_amount,
    flat_amount_decimal,
    flat_amount

from judged
