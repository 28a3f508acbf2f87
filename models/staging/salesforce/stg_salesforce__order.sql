{#- Grain: one delivered row of the raw table order. -#}
with

raw as (

    select * from {{ source('raw_salesforce', 'order') }}

),

currencies as (

    {{ currency_units('salesforce') }}

),

statuses as (

    {{ known_words('salesforce', 'order', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('salesforce', 'order') }} as payload_hash,
        {{ row_problem('salesforce', 'order') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as order_id,
        {{ to_text('raw.account_id') }} as account_id,
        {{ to_text('raw.contract_id') }} as contract_id,
        {{ to_text('raw.order_number') }} as order_number,
        {{ to_text('raw.original_order_id') }} as original_order_id,
        lower({{ to_text('raw.status') }}) as order_status,
        lower({{ to_text('raw.type') }}) as order_type,
        lower({{ to_text('raw.amendment_kind_c') }}) as amendment_word,
        {{ to_date('raw.effective_date') }} as effective_date,
        {{ to_date('raw.end_date') }} as end_date,
        {{ to_decimal('raw.total_amount', 24, 12) }} as total_amount,
        {{ to_currency('raw.currency_iso_code') }} as currency,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency_iso_code') }} = currencies.currency

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
    order_id,
    account_id,
    contract_id,
    order_number,
    original_order_id,
    order_status,
    order_type,
    amendment_word,
    effective_date,
    end_date,
    total_amount,
    currency,
    created_at,
    created_on

from judged
