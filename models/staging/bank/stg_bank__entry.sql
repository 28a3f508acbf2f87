{#- Grain: one delivered row of the raw table entry. -#}
with

raw as (

    select * from {{ source('raw_bank', 'entry') }}

),

currencies as (

    {{ currency_units('bank') }}

),

statuses as (

    {{ known_words('bank', 'entry', 'credit_debit_indicator') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.entry_id']) }} as row_id,
        {{ delivered_id(['raw.entry_id']) }} as delivered_id,
        cast(null as timestamp) as row_version,
        {{ payload_hash('bank', 'entry') }} as payload_hash,
        {{ row_problem('bank', 'entry') }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.entry_id') }} as entry_id,
        {{ to_text('raw.statement_id') }} as statement_id,
        {{ to_text('raw.account_id') }} as account_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.amount') }} as entry_amount,
        lower({{ to_text('raw.credit_debit_indicator') }}) as credit_debit_indicator,
        {{ to_boolean('raw.reversal_indicator') }} as is_reversal,
        {{ to_date('raw.booking_date') }} as booked_on,
        {{ to_date('raw.value_date') }} as value_on,
        {{ to_text('raw.bank_transaction_code') }} as bank_transaction_code,
        {{ to_text('raw.account_servicer_reference') }} as account_servicer_reference,
        {{ to_text('raw.end_to_end_id') }} as end_to_end_id,
        {{ to_text('raw.remittance_information') }} as remittance_information,
        {{ masked('raw.counterparty_name') }} as counterparty_name_hash

    from raw

    left join currencies
        on {{ to_currency('raw.currency') }} = currencies.currency

    left join statuses
        on lower({{ to_text('raw.credit_debit_indicator') }}) = statuses.raw_value

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
    entry_id,
    statement_id,
    account_id,
    currency,
    entry_amount,
    credit_debit_indicator,
    is_reversal,
    booked_on,
    value_on,
    bank_transaction_code,
    account_servicer_reference,
    end_to_end_id,
    remittance_information,
    counterparty_name_hash

from judged
