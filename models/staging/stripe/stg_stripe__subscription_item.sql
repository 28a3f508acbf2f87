{#- Grain: one delivered row of the raw table subscription_item. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'subscription_item') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'subscription_item') }} as payload_hash,
        {{ row_problem('stripe', 'subscription_item') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as subscription_item_id,
        {{ to_text('raw.subscription_id') }} as subscription_id,
        {{ to_text('raw.plan_id') }} as plan_id,
        {{ to_text('raw.price_id') }} as price_id,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ both_clocks('raw.created', 'created') }}

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
    subscription_item_id,
    subscription_id,
    plan_id,
    price_id,
    quantity,
    created_at,
    created_on

from judged
