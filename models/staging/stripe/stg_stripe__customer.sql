{#- Grain: one delivered row of the raw table customer. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'customer') }}

),

currencies as (

    {{ currency_units('stripe') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'customer') }} as payload_hash,
        {{ row_problem('stripe', 'customer') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as customer_id,
        {{ masked('raw.name') }} as name_hash,
        {{ masked('raw.email') }} as email_hash,
        lower({{ text_after('raw.email', '@') }}) as email_domain,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_text('raw.address_country') }} as country_code,
        {{ masked('raw.tax_info_tax_id') }} as tax_id_hash,
        {{ minor_to_major('raw.balance') }} as credit_balance_amount,
        {{ to_boolean('raw.delinquent') }} as is_delinquent,
        {{ both_clocks('raw.created', 'created') }}

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
    name_hash,
    email_hash,
    email_domain,
    currency,
    country_code,
    tax_id_hash,
    credit_balance_amount,
    is_delinquent,
    created_at,
    created_on

from judged
