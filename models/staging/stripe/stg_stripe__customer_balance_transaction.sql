{#- Grain: one delivered row of the raw table customer_balance_transaction. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'customer_balance_transaction') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'customer_balance_transaction') }} as payload_hash,
        {{ row_problem('stripe', 'customer_balance_transaction') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as customer_balance_transaction_id,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.type') }} as movement_type,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.credit_note_id') }} as credit_note_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as movement_amount,
        {{ both_clocks('raw.created', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

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
    customer_balance_transaction_id,
    customer_id,
    movement_type,
    invoice_id,
    credit_note_id,
    currency,
    movement_amount,
    created_at,
    created_on

from judged
