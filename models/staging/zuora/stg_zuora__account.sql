{#- Grain: one delivered row of the raw table account. -#}
with

raw as (

    select * from {{ source('raw_zuora', 'account') }}

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
        {{ payload_hash('zuora', 'account') }} as payload_hash,
        {{ row_problem('zuora', 'account') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as customer_id,
        {{ to_text('raw.account_number') }} as account_number,
        {{ masked('raw.name') }} as name_hash,
        {{ to_text('raw.batch') }} as batch,
        {{ to_text('raw.parent_account_id') }} as parent_customer_id,
        {{ to_text('raw.bill_to_contact_id') }} as bill_to_contact_id,
        {{ to_text('raw.crm_id') }} as crm_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_text('raw.payment_term') }} as payment_term,
        {{ masked('raw.vatid') }} as tax_id_hash,
        {{ both_clocks('raw.created_date', 'created') }}

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
    customer_id,
    account_number,
    name_hash,
    batch,
    parent_customer_id,
    bill_to_contact_id,
    crm_id,
    currency,
    payment_term,
    tax_id_hash,
    created_at,
    created_on

from judged
