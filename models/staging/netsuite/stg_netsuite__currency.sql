{#- Grain: one delivered row of the raw table currency. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'currency') }}

),

currencies as (

    {{ currency_units('netsuite') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'currency') }} as payload_hash,
        {{ row_problem('netsuite', 'currency') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as currency_id,
        {{ to_currency('raw.symbol') }} as currency

    from raw

    left join currencies
        on {{ to_currency('raw.symbol') }} = currencies.currency

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
    currency_id,
    currency

from judged
