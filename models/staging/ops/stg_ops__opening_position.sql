{#- Grain: one delivered row of the raw table opening_position. -#}
with

raw as (

    select * from {{ source('raw_ops', 'opening_position') }}

),

currencies as (

    {{ currency_units('ops') }}

),

statuses as (

    {{ known_words('ops', 'opening_position', 'kind') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.position_id']) }} as row_id,
        {{ delivered_id(['raw.position_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'opening_position') }} as payload_hash,
        {{ row_problem('ops', 'opening_position') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.position_id') }} as opening_position_id,
        lower({{ to_text('raw.kind') }}) as position_kind,
        {{ to_text('raw.document_id') }} as document_id,
        {{ to_text('raw.customer_id') }} as customer_id,
        {{ to_text('raw.account_code') }} as account_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.amount') }} as position_amount,
        {{ to_currency('raw.functional_currency') }} as functional_currency,
        {{ to_decimal('raw.functional_amount', 18, 4) }} as position_amount_functional,
        {{ to_date('raw.document_date') }} as document_on,
        {{ to_date('raw.cut_over_date') }} as cut_over_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.kind') }}) = statuses.raw_value

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
    opening_position_id,
    position_kind,
    document_id,
    customer_id,
    account_code,
    currency,
    position_amount,
    functional_currency,
    position_amount_functional,
    document_on,
    cut_over_on,
    recorded_at

from judged
