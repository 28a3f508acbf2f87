{#- Grain: one delivered row of the raw table refund. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'refund') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

statuses as (

    {{ known_words('zuora', 'refund', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'refund') }} as payload_hash,
        {{ row_problem('zuora', 'refund') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as refund_id,
        {{ to_text('raw.account_id') }} as customer_id,
        lower({{ to_text('raw.status') }}) as refund_status,
        {{ to_text('raw.reason_code') }} as reason_code,
        {{ to_text('raw.gateway_response_code') }} as failure_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.amount') }} as refund_amount,
        {{ to_date('raw.refund_date') }} as refund_on,
        {{ both_clocks('raw.created_date', 'created') }},
        {{ both_clocks('raw.updated_date', 'updated') }}

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
    refund_id,
    customer_id,
    refund_status,
    reason_code,
    failure_code,
    currency,
    refund_amount,
    refund_on,
    created_at,
    created_on,
    updated_at,
    updated_on

from judged
