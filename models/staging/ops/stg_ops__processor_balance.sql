{#- Grain: one delivered row of the raw table processor_balance. -#}
with

raw as (

    select * from {{ source('raw_ops', 'processor_balance') }}

),

currencies as (

    {{ currency_units('ops') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.processor', 'raw.account_id', 'raw.currency', 'raw.balance_date']) }} as row_id,
        {{ delivered_id(['raw.processor', 'raw.account_id', 'raw.currency', 'raw.balance_date']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('ops', 'processor_balance') }} as payload_hash,
        {{ row_problem('ops', 'processor_balance') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.processor') }} as processor_code,
        {{ to_text('raw.account_id') }} as account_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_date('raw.balance_date') }} as balance_on,
        {{ to_decimal('raw.opening_balance') }} as opening_balance_amount,
        {{ to_decimal('raw.closing_balance') }} as closing_balance_amount,
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
    processor_code,
    account_id,
    currency,
    balance_on,
    opening_balance_amount,
    closing_balance_amount,
    recorded_at

from judged
