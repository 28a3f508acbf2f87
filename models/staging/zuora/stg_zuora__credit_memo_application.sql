{#- Grain: one delivered row of the raw table credit_memo_application. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'credit_memo_application') }}

),

parents as (

    -- Such a row is in the currency of its credit memo, delivered or quarantined, and names none itself.
    select
        _source_account as source_account,
        {{ to_text('parents.id') }} as credit_memo_id,
        max({{ to_currency('parents.currency') }}) as currency

    from {{ source('raw_zuora', 'credit_memo') }} as parents

    group by _source_account, {{ to_text('parents.id') }}

),

known_currencies as (

    {{ currency_units('zuora') }}

),

currencies as (

    select
        parents.source_account,
        parents.credit_memo_id,
        known_currencies.currency,
        known_currencies.units_per_major

    from parents

    inner join known_currencies
        on parents.currency = known_currencies.currency

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'credit_memo_application') }} as payload_hash,
        {{ row_problem('zuora', 'credit_memo_application', also=[[
            to_text('raw.invoice_id') ~ ' is null and ' ~ to_text('raw.debit_memo_id') ~ ' is null',
            "'it names neither an invoice nor a debit memo'",
        ]]) }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as credit_memo_application_id,
        {{ to_text('raw.credit_memo_id') }} as credit_memo_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.debit_memo_id') }} as debit_memo_id,
        {{ to_text('raw.account_id') }} as customer_id,
        {{ to_decimal('raw.amount') }} as applied_amount,
        {{ to_date('raw.effective_date') }} as effective_on,
        {{ both_clocks('raw.created_date', 'created') }},
        currencies.currency

    from raw

    left join currencies
        on raw._source_account = currencies.source_account
        and {{ to_text('raw.credit_memo_id') }} = currencies.credit_memo_id

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
    credit_memo_application_id,
    credit_memo_id,
    invoice_id,
    debit_memo_id,
    customer_id,
    applied_amount,
    effective_on,
    created_at,
    created_on,
    currency

from judged
