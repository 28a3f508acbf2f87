{#- Grain: one delivered row of the flat file bank_lines. -#}
with

raw as (

    select * from {{ source('raw_flat', 'bank_lines') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_bank_line_id']) }} as row_id,
        {{ delivered_id(['raw.source_bank_line_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'bank_lines') }} as payload_hash,
        {{ row_problem('flat', 'bank_lines') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_bank_line_id') }} as source_bank_line_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_bank_account_id') }} as source_bank_account_id,
        {{ to_text('raw.source_bank_statement_id') }} as source_bank_statement_id,
        {{ to_text('raw.transaction_code') }} as transaction_code,
        {{ to_text('raw.bank_reference') }} as bank_reference,
        {{ to_text('raw.remittance_reference') }} as remittance_reference,
        {{ to_text('raw.counterparty_name_hash') }} as counterparty_name_hash,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.line_amount') }} as line_amount,
        {{ to_utc('raw.booked_at') }} as booked_at,
        coalesce({{ to_date('raw.booked_on') }}, {{ to_bare_date('raw.booked_at') }}) as booked_on,
        {{ to_utc('raw.value_at') }} as value_at,
        coalesce({{ to_date('raw.value_on') }}, {{ to_bare_date('raw.value_at') }}) as value_on,
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
    source_bank_line_id,
    source_entity_id,
    source_bank_account_id,
    source_bank_statement_id,
    transaction_code,
    bank_reference,
    remittance_reference,
    counterparty_name_hash,
    currency,
    line_amount,
    booked_at,
    booked_on,
    value_at,
    value_on,
    recorded_at

from judged
