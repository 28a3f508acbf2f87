{#- Grain: one delivered row of the raw table contract. -#}
with

raw as (

    select * from {{ source('raw_salesforce', 'contract') }}

),

currencies as (

    {{ currency_units('salesforce') }}

),

statuses as (

    {{ known_words('salesforce', 'contract', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('salesforce', 'contract') }} as payload_hash,
        {{ row_problem('salesforce', 'contract') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as contract_id,
        {{ to_text('raw.account_id') }} as account_id,
        {{ to_text('raw.contract_number') }} as contract_number,
        lower({{ to_text('raw.status') }}) as contract_status,
        {{ to_date('raw.start_date') }} as start_date,
        {{ to_date('raw.end_date') }} as end_date,
        {{ to_integer('raw.contract_term') }} as contract_term,
        {{ to_date('raw.customer_signed_date') }} as customer_signed_date,
        {{ to_text('raw.legal_entity_c') }} as legal_entity,
        {{ to_text('raw.renewed_from_contract_c') }} as renewed_from_contract_id,
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
    contract_id,
    account_id,
    contract_number,
    contract_status,
    start_date,
    end_date,
    contract_term,
    customer_signed_date,
    legal_entity,
    renewed_from_contract_id,
    currency,
    created_at,
    created_on

from judged
