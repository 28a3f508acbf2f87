{#- Grain: one delivered row of the raw table customer. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'customer') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'customer') }} as payload_hash,
        {{ row_problem('netsuite', 'customer') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as customer_id,
        {{ to_text('raw.entityid') }} as customer_number,
        {{ to_text('raw.externalid') }} as external_id,
        {{ to_text('raw.parent') }} as parent_customer_id,
        {{ masked('raw.companyname') }} as name_hash,
        {{ masked('raw.email') }} as email_hash,
        lower({{ text_after('raw.email', '@') }}) as email_domain,
        {{ to_text('raw.currency') }} as currency_id,
        {{ both_clocks('raw.datecreated', 'created') }},
        {{ to_boolean('raw.isinactive') }} as is_inactive

    from raw

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
    customer_number,
    external_id,
    parent_customer_id,
    name_hash,
    email_hash,
    email_domain,
    currency_id,
    created_at,
    created_on,
    is_inactive

from judged
