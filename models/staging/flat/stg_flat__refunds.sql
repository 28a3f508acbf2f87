{#- Grain: one delivered row of the flat file refunds. -#}
with

raw as (

    select * from {{ source('raw_flat', 'refunds') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_refund_id']) }} as row_id,
        {{ delivered_id(['raw.source_refund_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'refunds') }} as payload_hash,
        {{ row_problem('flat', 'refunds') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_refund_id') }} as source_refund_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_payment_id') }} as source_payment_id,
        {{ to_text('raw.source_credit_note_id') }} as source_credit_note_id,
        lower({{ to_text('raw.refund_status') }}) as refund_status,
        {{ to_text('raw.reason_code') }} as reason_code,
        {{ to_text('raw.failure_code') }} as failure_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.refund_amount') }} as refund_amount,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.failed_at') }} as failed_at,
        coalesce({{ to_date('raw.failed_on') }}, {{ to_bare_date('raw.failed_at') }}) as failed_on,
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
    source_refund_id,
    source_entity_id,
    source_customer_id,
    source_payment_id,
    source_credit_note_id,
    refund_status,
    reason_code,
    failure_code,
    currency,
    refund_amount,
    created_at,
    created_on,
    failed_at,
    failed_on,
    recorded_at

from judged
