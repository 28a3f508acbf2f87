{#- Grain: one delivered row of the raw table promise_to_pay. -#}
with

raw as (

    select * from {{ source('raw_ops', 'promise_to_pay') }}

),

currencies as (

    {{ currency_units('ops') }}

),

statuses as (

    {{ known_words('ops', 'promise_to_pay', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.promise_id']) }} as row_id,
        {{ delivered_id(['raw.promise_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'promise_to_pay') }} as payload_hash,
        {{ row_problem('ops', 'promise_to_pay') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.promise_id') }} as promise_to_pay_id,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        lower({{ to_text('raw.status') }}) as promise_status,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.amount') }} as promised_amount,
        {{ to_date('raw.promised_date') }} as promised_for_on,
        {{ both_clocks('raw.created_at', 'created') }},
        {{ to_utc('raw.recorded_at') }} as recorded_at

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

    -- the record
    promise_to_pay_id,
    customer_id,
    invoice_id,
    promise_status,
    currency,
    promised_amount,
    promised_for_on,
    created_at,
    created_on,
    recorded_at

from judged
