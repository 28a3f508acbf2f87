{#- Grain: one delivered row of the flat file journal_lines. -#}
with

raw as (

    select * from {{ source('raw_flat', 'journal_lines') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_journal_line_id']) }} as row_id,
        {{ delivered_id(['raw.source_journal_line_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'journal_lines') }} as payload_hash,
        {{ row_problem('flat', 'journal_lines') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_journal_line_id') }} as source_journal_line_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_ledger_document_id') }} as source_ledger_document_id,
        {{ to_text('raw.source_fiscal_period_id') }} as source_fiscal_period_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_integer('raw.line_number') }} as line_number,
        {{ to_text('raw.accounting_book_code') }} as accounting_book_code,
        coalesce({{ to_boolean('raw.is_primary_book') }}, false) as is_primary_book,
        {{ to_text('raw.account_code') }} as account_code,
        {{ to_text('raw.account_kind') }} as account_kind,
        coalesce({{ to_boolean('raw.is_posting') }}, false) as is_posting,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.line_amount') }} as line_amount,
        {{ to_text('raw.functional_currency') }} as functional_currency,
        {{ to_decimal('raw.exchange_rate', 24, 12) }} as exchange_rate,
        {{ to_decimal('raw.line_amount_functional', 18, 4) }} as line_amount_functional,
        {{ to_utc('raw.posted_at') }} as posted_at,
        coalesce({{ to_date('raw.posted_on') }}, {{ to_bare_date('raw.posted_at') }}) as posted_on,
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
    source_journal_line_id,
    source_entity_id,
    source_ledger_document_id,
    source_fiscal_period_id,
    source_customer_id,
    line_number,
    accounting_book_code,
    is_primary_book,
    account_code,
    account_kind,
    is_posting,
    currency,
    line_amount,
    functional_currency,
    exchange_rate,
    line_amount_functional,
    posted_at,
    posted_on,
    recorded_at

from judged
