{#- Grain: one delivered row of the raw table payment_application. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'payment_application') }}

),

parents as (

    -- Such a row is in the currency of its payment, delivered or quarantined, and names none itself.
    select
        _source_account as source_account,
        {{ to_text('parents.id') }} as payment_id,
        max({{ to_currency('parents.currency') }}) as currency

    from {{ source('raw_zuora', 'payment') }} as parents

    group by _source_account, {{ to_text('parents.id') }}

),

known_currencies as (

    {{ currency_units('zuora') }}

),

currencies as (

    select
        parents.source_account,
        parents.payment_id,
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
        {{ payload_hash('zuora', 'payment_application') }} as payload_hash,
        {{ row_problem('zuora', 'payment_application', also=[[
            to_text('raw.invoice_id') ~ ' is null and ' ~ to_text('raw.debit_memo_id') ~ ' is null',
            "'it names neither an invoice nor a debit memo'",
        ]]) }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as payment_application_id,
        {{ to_text('raw.payment_id') }} as payment_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.debit_memo_id') }} as debit_memo_id,
        {{ to_text('raw.account_id') }} as customer_id,
        lower({{ to_text('raw.payment_application_status') }}) as application_status,
        {{ to_decimal('raw.apply_amount') }} as applied_amount,
        {{ to_date('raw.effective_date') }} as effective_on,
        {{ both_clocks('raw.created_date', 'created') }},
        currencies.currency

    from raw

    left join currencies
        on raw._source_account = currencies.source_account
        and {{ to_text('raw.payment_id') }} = currencies.payment_id

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
    payment_application_id,
    payment_id,
    invoice_id,
    debit_memo_id,
    customer_id,
    application_status,
    applied_amount,
    effective_on,
    created_at,
    created_on,
    currency

from judged
