{#- Grain: one delivered row of the raw table transaction. -#}
with

raw as (

    select * from {{ source('raw_netsuite', 'transaction') }}

),

statuses as (

    {{ known_words('netsuite', 'transaction', 'type') }}

),

known_currencies as (

    -- The header names its currency by an internal id: one that the currency table lacks is unknown.
    select distinct
        _source_account as source_account,
        {{ to_text('currencies.id') }} as currency_id

    from {{ source('raw_netsuite', 'currency') }} as currencies

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('netsuite', 'transaction') }} as payload_hash,
        {{ row_problem('netsuite', 'transaction', also=[[
            'known_currencies.currency_id is null', "'currency names no row of the currency table: ' || raw.currency",
        ]]) }} as problem,
        coalesce({{ to_boolean('raw._fivetran_deleted') }}, false) as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as transaction_id,
        {{ to_text('raw.tranid') }} as transaction_number,
        {{ to_text('raw.externalid') }} as external_id,
        lower({{ to_text('raw.type') }}) as transaction_type,
        {{ to_text('raw.status') }} as transaction_status,
        {{ to_date('raw.trandate') }} as transaction_on,
        {{ to_date('raw.duedate') }} as due_on,
        {{ both_clocks('raw.createddate', 'created') }},
        {{ to_text('raw.createdby') }} as created_by,
        {{ to_text('raw.currency') }} as currency_id,
        {{ to_text('raw.entity') }} as customer_id,
        {{ to_text('raw.postingperiod') }} as accounting_period_id,
        {{ to_boolean('raw.posting') }} as is_posting,
        {{ to_decimal('raw.foreigntotal', 24, 12) }} as foreign_total_amount,
        {{ to_decimal('raw.exchangerate', 24, 12) }} as exchange_rate,
        {{ to_boolean('raw.isreversal') }} as is_reversal,
        {{ to_text('raw.reversal') }} as reversal_transaction_id,
        {{ to_boolean('raw.voided') }} as is_voided

    from raw

    left join known_currencies
        on raw._source_account = known_currencies.source_account
        and {{ to_text('raw.currency') }} = known_currencies.currency_id

    left join statuses
        on lower({{ to_text('raw.type') }}) = statuses.raw_value

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
    transaction_id,
    transaction_number,
    external_id,
    transaction_type,
    transaction_status,
    transaction_on,
    due_on,
    created_at,
    created_on,
    created_by,
    currency_id,
    customer_id,
    accounting_period_id,
    is_posting,
    foreign_total_amount,
    exchange_rate,
    is_reversal,
    reversal_transaction_id,
    is_voided

from judged
