{#- Grain: one delivered row of the raw table credit_memo_item. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'credit_memo_item') }}

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
        {{ payload_hash('zuora', 'credit_memo_item') }} as payload_hash,
        {{ row_problem('zuora', 'credit_memo_item') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as credit_memo_item_id,
        {{ to_text('raw.credit_memo_id') }} as credit_memo_id,
        {{ to_text('raw.invoice_item_id') }} as invoice_item_id,
        {{ to_text('raw.product_rate_plan_charge_id') }} as product_rate_plan_charge_id,
        {{ to_text('raw.charge_name') }} as charge_name,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_decimal('raw.amount') }} as item_amount,
        {{ to_decimal('raw.amount_without_tax') }} as amount_without_tax,
        {{ to_decimal('raw.tax_amount') }} as tax_amount,
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
    credit_memo_item_id,
    credit_memo_id,
    invoice_item_id,
    product_rate_plan_charge_id,
    charge_name,
    quantity,
    unit_price,
    item_amount,
    amount_without_tax,
    tax_amount,
    currency

from judged
