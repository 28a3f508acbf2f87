{#- Grain: one delivered row of the raw table account. -#}
with

raw as (

    select * from {{ source('raw_salesforce', 'account') }}

),

currencies as (

    {{ currency_units('salesforce') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('salesforce', 'account') }} as payload_hash,
        {{ row_problem('salesforce', 'account') }} as problem,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as account_id,
        {{ masked('raw.name') }} as name_hash,
        {{ to_text('raw.parent_id') }} as parent_account_id,
        {{ to_text('raw.master_record_id') }} as master_record_id,
        {{ to_text('raw.bill_to_account_c') }} as bill_to_account_id,
        upper({{ to_text('raw.billing_country_code') }}) as country_code,
        {{ to_currency('raw.currency_iso_code') }} as currency,
        {{ to_text('raw.legal_entity_c') }} as legal_entity,
        lower({{ to_text('raw.billing_system_c') }}) as billing_system,
        {{ to_text('raw.billing_tenant_c') }} as billing_tenant,
        {{ to_text('raw.billing_account_id_c') }} as billing_account_id,
        {{ both_clocks('raw.created_date', 'created') }}

    from raw

    left join currencies
        on {{ to_currency('raw.currency_iso_code') }} = currencies.currency

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
    account_id,
    name_hash,
    parent_account_id,
    master_record_id,
    bill_to_account_id,
    country_code,
    currency,
    legal_entity,
    billing_system,
    billing_tenant,
    billing_account_id,
    created_at,
    created_on

from judged
