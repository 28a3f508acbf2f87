{#- Grain: one delivered row of the raw table credit_note. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'credit_note') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'credit_note', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'credit_note') }} as payload_hash,
        {{ row_problem('stripe', 'credit_note') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as credit_note_id,
        {{ to_text('raw.number') }} as credit_note_number,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.refund_id') }} as refund_id,
        lower({{ to_text('raw.status') }}) as credit_note_status,
        {{ to_text('raw.type') }} as credit_note_type,
        {{ to_text('raw.reason') }} as reason_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.subtotal') }} as subtotal_amount,
        {{ minor_to_major('raw.discount_amount') }} as discount_amount,
        {{ minor_to_major('raw.total') }} as total_amount,
        {{ minor_to_major('raw.amount') }} as credit_amount,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.voided_at', 'voided') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.status') }}) = statuses.raw_value

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
    credit_note_id,
    credit_note_number,
    invoice_id,
    refund_id,
    credit_note_status,
    credit_note_type,
    reason_code,
    currency,
    subtotal_amount,
    discount_amount,
    total_amount,
    credit_amount,
    created_at,
    created_on,
    voided_at,
    voided_on

from judged
