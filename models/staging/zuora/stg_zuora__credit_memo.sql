{#- Grain: one delivered row of the raw table credit_memo. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'credit_memo') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

statuses as (

    {{ known_words('zuora', 'credit_memo', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'credit_memo') }} as payload_hash,
        {{ row_problem('zuora', 'credit_memo') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as credit_memo_id,
        {{ to_text('raw.memo_number') }} as memo_number,
        {{ to_text('raw.account_id') }} as customer_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        lower({{ to_text('raw.status') }}) as memo_status,
        {{ to_text('raw.reason_code') }} as reason_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.total_amount') }} as total_amount,
        {{ to_decimal('raw.total_amount_without_tax') }} as amount_without_tax,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ to_decimal('raw.discount_amount') }} as discount_amount,
        {{ to_decimal('raw.applied_amount') }} as applied_amount,
        {{ to_decimal('raw.refund_amount') }} as refunded_amount,
        {{ to_decimal('raw.balance') }} as balance_amount,
        {{ to_date('raw.memo_date') }} as memo_on,
        {{ to_text('raw.created_by_id') }} as created_by,
        {{ both_clocks('raw.cancelled_on', 'cancelled') }},
        {{ both_clocks('raw.created_date', 'created') }}

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
    credit_memo_id,
    memo_number,
    customer_id,
    invoice_id,
    memo_status,
    reason_code,
    currency,
    total_amount,
    amount_without_tax,
    tax_amount,
    discount_amount,
    applied_amount,
    refunded_amount,
    balance_amount,
    memo_on,
    created_by,
    cancelled_at,
    cancelled_on,
    created_at,
    created_on

from judged
