{#- Grain: one delivered row of the raw table consolidated_exchange_rate. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'consolidated_exchange_rate') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'consolidated_exchange_rate') }} as payload_hash,
        {{ row_problem('netsuite', 'consolidated_exchange_rate') }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as consolidated_exchange_rate_id,
        {{ to_text('raw.postingperiod') }} as accounting_period_id,
        {{ to_text('raw.accountingbook') }} as accounting_book_id,
        {{ to_text('raw.fromsubsidiary') }} as fromsubsidiary,
        {{ to_text('raw.tosubsidiary') }} as tosubsidiary,
        {{ to_text('raw.fromcurrency') }} as fromcurrency,
        {{ to_text('raw.tocurrency') }} as tocurrency,
        {{ to_decimal('raw.averagerate', 24, 12) }} as averagerate,
        {{ to_decimal('raw.currentrate', 24, 12) }} as currentrate,
        {{ to_decimal('raw.historicalrate', 24, 12) }} as historicalrate

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
    consolidated_exchange_rate_id,
    accounting_period_id,
    accounting_book_id,
    fromsubsidiary,
    tosubsidiary,
    fromcurrency,
    tocurrency,
    averagerate,
    currentrate,
    historicalrate

from judged
