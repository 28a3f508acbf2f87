{#- Grain: one delivered row of the raw table statement. -#}
with

raw as (

    select * from {{ source('raw_bank', 'statement') }}

),

currencies as (

    {{ currency_units('bank') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.statement_id']) }} as row_id,
        {{ delivered_id(['raw.statement_id']) }} as delivered_id,
        {{ to_utc('raw.created_at') }} as row_version,
        {{ payload_hash('bank', 'statement') }} as payload_hash,
        {{ row_problem('bank', 'statement') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.statement_id') }} as statement_id,
        {{ to_text('raw.account_id') }} as account_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_date('raw.from_date') }} as from_date,
        {{ to_date('raw.to_date') }} as to_date,
        {{ to_decimal('raw.opening_balance') }} as opening_balance_amount,
        {{ to_decimal('raw.closing_balance') }} as closing_balance_amount,
        {{ to_utc('raw.created_at') }} as created_at

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
    row_version as synced_at,
    is_marked_deleted as is_deleted,

    -- the record
    statement_id,
    account_id,
    currency,
    from_date,
    to_date,
    opening_balance_amount,
    closing_balance_amount,
    created_at

from judged
