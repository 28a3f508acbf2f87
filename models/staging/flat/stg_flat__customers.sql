{#- Grain: one delivered row of the flat file customers. -#}
with

raw as (

    select * from {{ source('raw_flat', 'customers') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_customer_id']) }} as row_id,
        {{ delivered_id(['raw.source_customer_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'customers') }} as payload_hash,
        {{ row_problem('flat', 'customers') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_parent_customer_id') }} as source_parent_customer_id,
        {{ to_text('raw.source_bill_to_customer_id') }} as source_bill_to_customer_id,
        {{ to_text('raw.merged_into_source_customer_id') }} as merged_into_source_customer_id,
        {{ to_text('raw.external_reference') }} as external_reference,
        {{ to_text('raw.customer_name_hash') }} as customer_name_hash,
        {{ to_text('raw.email_hash') }} as email_hash,
        {{ to_text('raw.email_domain') }} as email_domain,
        {{ to_text('raw.tax_id_hash') }} as tax_id_hash,
        {{ to_text('raw.country_code') }} as country_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_integer('raw.payment_terms_days') }} as payment_terms_days,
        coalesce({{ to_boolean('raw.is_deleted') }}, false) as is_deleted,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

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

    -- the record
    source_customer_id,
    source_entity_id,
    source_parent_customer_id,
    source_bill_to_customer_id,
    merged_into_source_customer_id,
    external_reference,
    customer_name_hash,
    email_hash,
    email_domain,
    tax_id_hash,
    country_code,
    currency,
    payment_terms_days,
    is_deleted,
    created_at,
    created_on,
    recorded_at

from judged
