{#- Grain: one delivered row of the flat file promises_to_pay. -#}
with

raw as (

    select * from {{ source('raw_flat', 'promises_to_pay') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_promise_to_pay_id']) }} as row_id,
        {{ delivered_id(['raw.source_promise_to_pay_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'promises_to_pay') }} as payload_hash,
        {{ row_problem('flat', 'promises_to_pay') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_promise_to_pay_id') }} as source_promise_to_pay_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        lower({{ to_text('raw.promise_status') }}) as promise_status,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.promised_amount') }} as promised_amount,
        {{ to_date('raw.promised_for_on') }} as promised_for_on,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
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
    source_promise_to_pay_id,
    source_customer_id,
    source_invoice_id,
    promise_status,
    currency,
    promised_amount,
    promised_for_on,
    created_at,
    created_on,
    recorded_at

from judged
