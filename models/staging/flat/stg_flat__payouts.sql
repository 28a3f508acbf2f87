{#- Grain: one delivered row of the flat file payouts. -#}
with

raw as (

    select * from {{ source('raw_flat', 'payouts') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_payout_id']) }} as row_id,
        {{ delivered_id(['raw.source_payout_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'payouts') }} as payload_hash,
        {{ row_problem('flat', 'payouts') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_payout_id') }} as source_payout_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        lower({{ to_text('raw.payout_status') }}) as payout_status,
        {{ to_text('raw.payout_method') }} as payout_method,
        coalesce({{ to_boolean('raw.is_automatic') }}, false) as is_automatic,
        {{ to_text('raw.bank_reference') }} as bank_reference,
        {{ to_text('raw.destination_account_id') }} as destination_account_id,
        {{ to_text('raw.failure_code') }} as failure_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.payout_amount') }} as payout_amount,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.arrives_at') }} as arrives_at,
        coalesce({{ to_date('raw.arrives_on') }}, {{ to_bare_date('raw.arrives_at') }})
            as arrives_on,
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
    source_payout_id,
    source_entity_id,
    payout_status,
    payout_method,
    is_automatic,
    bank_reference,
    destination_account_id,
    failure_code,
    currency,
    payout_amount,
    created_at,
    created_on,
    arrives_at,
    arrives_on,
    recorded_at

from judged
