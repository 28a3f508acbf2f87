{#- Grain: one delivered row of the flat file payment_attempts. -#}
with

raw as (

    select * from {{ source('raw_flat', 'payment_attempts') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_payment_attempt_id']) }} as row_id,
        {{ delivered_id(['raw.source_payment_attempt_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'payment_attempts') }} as payload_hash,
        {{ row_problem('flat', 'payment_attempts') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_payment_attempt_id') }} as source_payment_attempt_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_payment_id') }} as source_payment_id,
        {{ to_text('raw.source_payment_intent_id') }} as source_payment_intent_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_integer('raw.attempt_number') }} as attempt_number,
        lower({{ to_text('raw.attempt_status') }}) as attempt_status,
        {{ to_text('raw.decline_code') }} as decline_code,
        {{ to_text('raw.network_status') }} as network_status,
        {{ to_text('raw.payment_method_kind') }} as payment_method_kind,
        {{ to_text('raw.payment_method_brand') }} as payment_method_brand,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.attempted_amount') }} as attempted_amount,
        {{ to_utc('raw.attempted_at') }} as attempted_at,
        coalesce({{ to_date('raw.attempted_on') }}, {{ to_bare_date('raw.attempted_at') }})
            as attempted_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

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

    -- the record
    source_payment_attempt_id,
    source_entity_id,
    source_customer_id,
    source_payment_id,
    source_payment_intent_id,
    source_invoice_id,
    attempt_number,
    attempt_status,
    decline_code,
    network_status,
    payment_method_kind,
    payment_method_brand,
    currency,
    attempted_amount,
    attempted_at,
    attempted_on,
    recorded_at

from judged
