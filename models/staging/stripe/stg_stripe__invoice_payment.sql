{#- Grain: one delivered row of the raw table invoice_payment. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'invoice_payment') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'invoice_payment', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'invoice_payment') }} as payload_hash,
        {{ row_problem('stripe', 'invoice_payment', also=[[
            "lower(trim(raw.status)) = 'paid' and " ~ to_text('raw.amount_paid') ~ ' is null',
            "'amount_paid is blank and the payment is paid'",
        ]]) }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as invoice_payment_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        lower({{ to_text('raw.status') }}) as invoice_payment_status,
        {{ to_text('raw.payment_type') }} as payment_type,
        {{ to_text('raw.charge_id') }} as charge_id,
        {{ to_text('raw.payment_intent_id') }} as payment_intent_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount_paid') }} as paid_amount,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.status_transitions_paid_at', 'paid') }}

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
    invoice_payment_id,
    invoice_id,
    invoice_payment_status,
    payment_type,
    charge_id,
    payment_intent_id,
    currency,
    paid_amount,
    created_at,
    created_on,
    paid_at,
    paid_on

from judged
