{#- Grain: one delivered row of the raw table credit_note_line_item. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'credit_note_line_item') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'credit_note_line_item') }} as payload_hash,
        {{ row_problem('stripe', 'credit_note_line_item') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as credit_note_line_id,
        {{ to_text('raw.credit_note_id') }} as credit_note_id,
        {{ to_text('raw.invoice_line_item_id') }} as invoice_line_item_id,
        {{ to_text('raw.description') }} as line_description,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.amount', 24, 12) }} as line_amount_minor,
        {{ to_decimal('raw.discount_amount', 24, 12) }} as discount_amount_minor,
        {{ to_decimal('raw.unit_amount_decimal', 24, 12) }} as unit_amount_decimal,
        {{ to_decimal('raw.unit_amount', 24, 12) }} as unit_amount

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
    credit_note_line_id,
    credit_note_id,
    invoice_line_item_id,
    line_description,
    quantity,
    line_amount_minor,
    discount_amount_minor,
    unit_amount_decimal,
    unit_amount

from judged
