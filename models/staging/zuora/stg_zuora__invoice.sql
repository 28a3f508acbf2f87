{#- Grain: one delivered row of the raw table invoice. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'invoice') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

statuses as (

    {{ known_words('zuora', 'invoice', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'invoice') }} as payload_hash,
        {{ row_problem('zuora', 'invoice') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as invoice_id,
        {{ to_text('raw.invoice_number') }} as invoice_number,
        {{ to_text('raw.account_id') }} as customer_id,
        lower({{ to_text('raw.status') }}) as invoice_status,
        {{ to_text('raw.source') }} as made_by,
        {{ to_text('raw.source_type') }} as source_type,
        {{ to_text('raw.source_id') }} as source_id,
        {{ to_currency('raw.transaction_currency') }} as currency,
        {{ to_decimal('raw.amount') }} as total_amount,
        {{ to_decimal('raw.amount_without_tax') }} as amount_without_tax,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ to_decimal('raw.payment_amount') }} as payment_amount,
        {{ to_decimal('raw.credit_memo_amount') }} as credit_memo_amount,
        {{ to_decimal('raw.balance') }} as balance_amount,
        {{ to_date('raw.invoice_date') }} as invoice_on,
        {{ to_date('raw.due_date') }} as due_on,
        {{ both_clocks('raw.created_date', 'created') }},
        {{ both_clocks('raw.updated_date', 'updated') }}

    from raw

    left join currencies
        on {{ to_currency('raw.transaction_currency') }} = currencies.currency

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
    invoice_id,
    invoice_number,
    customer_id,
    invoice_status,
    made_by,
    source_type,
    source_id,
    currency,
    total_amount,
    amount_without_tax,
    tax_amount,
    payment_amount,
    credit_memo_amount,
    balance_amount,
    invoice_on,
    due_on,
    created_at,
    created_on,
    updated_at,
    updated_on

from judged
