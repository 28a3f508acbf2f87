{#- Grain: one delivered row of the raw table taxation_item. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'taxation_item') }}

),

currencies as (

    {{ currency_units('zuora') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('zuora', 'taxation_item') }} as payload_hash,
        {{ row_problem('zuora', 'taxation_item') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as taxation_item_id,
        {{ to_text('raw.invoice_id') }} as invoice_id,
        {{ to_text('raw.invoice_item_id') }} as invoice_item_id,
        {{ to_text('raw.jurisdiction') }} as jurisdiction_code,
        {{ to_text('raw.tax_code') }} as tax_code,
        {{ to_decimal('raw.tax_rate', 24, 12) }} as tax_rate,
        lower({{ to_text('raw.tax_rate_type') }}) as tax_rate_type,
        {{ to_currency('raw.transaction_currency') }} as currency,
        {{ to_decimal('raw.taxable_amount') }} as taxable_amount,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.transaction_currency') }} = currencies.currency

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
    taxation_item_id,
    invoice_id,
    invoice_item_id,
    jurisdiction_code,
    tax_code,
    tax_rate,
    tax_rate_type,
    currency,
    taxable_amount,
    tax_amount,
    created_at,
    created_on

from judged
