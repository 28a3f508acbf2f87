{#- Grain: one delivered row of the raw table payment. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'payment') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

statuses as (

    {{ known_words('zuora', 'payment', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'payment') }} as payload_hash,
        {{ row_problem('zuora', 'payment') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as payment_id,
        {{ to_text('raw.account_id') }} as customer_id,
        lower({{ to_text('raw.type') }}) as payment_type,
        lower({{ to_text('raw.status') }}) as payment_status,
        {{ to_text('raw.payment_method_id') }} as payment_method_id,
        {{ to_text('raw.reference_id') }} as reference_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.amount') }} as payment_amount,
        {{ to_decimal('raw.applied_amount') }} as applied_amount,
        {{ to_decimal('raw.unapplied_amount') }} as unapplied_amount,
        {{ to_decimal('raw.refund_amount') }} as refunded_amount,
        {{ to_date('raw.effective_date') }} as effective_on,
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
    payment_id,
    customer_id,
    payment_type,
    payment_status,
    payment_method_id,
    reference_id,
    currency,
    payment_amount,
    applied_amount,
    unapplied_amount,
    refunded_amount,
    effective_on,
    created_at,
    created_on

from judged
