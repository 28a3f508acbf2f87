{#- Grain: one delivered row of the raw table refund_application. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'refund_application') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'refund_application') }} as payload_hash,
        {{ row_problem('zuora', 'refund_application') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as refund_application_id,
        {{ to_text('raw.refund_id') }} as refund_id,
        {{ to_text('raw.payment_id') }} as payment_id,
        {{ to_text('raw.credit_memo_id') }} as credit_memo_id,
        {{ to_decimal('raw.apply_amount', 24, 12) }} as applied_amount

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
    refund_application_id,
    refund_id,
    payment_id,
    credit_memo_id,
    applied_amount

from judged
