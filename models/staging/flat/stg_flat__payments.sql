{#- Grain: one delivered row of the flat file payments. -#}
with

raw as (

    select * from {{ source('raw_flat', 'payments') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_payment_id']) }} as row_id,
        {{ delivered_id(['raw.source_payment_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'payments') }} as payload_hash,
        {{ row_problem('flat', 'payments') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_payment_id') }} as source_payment_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_payment_intent_id') }} as source_payment_intent_id,
        lower({{ to_text('raw.payment_channel') }}) as payment_channel,
        {{ to_text('raw.processor_reference') }} as processor_reference,
        {{ to_text('raw.remittance_reference') }} as remittance_reference,
        {{ to_text('raw.payment_method_kind') }} as payment_method_kind,
        lower({{ to_text('raw.payment_status') }}) as payment_status,
        coalesce({{ to_boolean('raw.is_captured') }}, false) as is_captured,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.payment_amount') }} as payment_amount,
        {{ to_utc('raw.authorised_at') }} as authorised_at,
        coalesce({{ to_date('raw.authorised_on') }}, {{ to_bare_date('raw.authorised_at') }})
            as authorised_on,
        {{ to_utc('raw.paid_at') }} as paid_at,
        coalesce({{ to_date('raw.paid_on') }}, {{ to_bare_date('raw.paid_at') }}) as paid_on,
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
    source_payment_id,
    source_entity_id,
    source_customer_id,
    source_payment_intent_id,
    payment_channel,
    processor_reference,
    remittance_reference,
    payment_method_kind,
    payment_status,
    is_captured,
    currency,
    payment_amount,
    authorised_at,
    authorised_on,
    paid_at,
    paid_on,
    recorded_at

from judged
