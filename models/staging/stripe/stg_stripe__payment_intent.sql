{#- Grain: one delivered row of the raw table payment_intent. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'payment_intent') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

statuses as (

    {{ known_words('stripe', 'payment_intent', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'payment_intent') }} as payload_hash,
        {{ row_problem('stripe', 'payment_intent') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as payment_intent_id,
        {{ to_text('raw.customer_id') }} as customer_id,
        lower({{ to_text('raw.status') }}) as payment_intent_status,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as intent_amount,
        {{ minor_to_major('raw.amount_received') }} as received_amount,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.canceled_at', 'cancelled') }}

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
    payment_intent_id,
    customer_id,
    payment_intent_status,
    currency,
    intent_amount,
    received_amount,
    created_at,
    created_on,
    cancelled_at,
    cancelled_on

from judged
