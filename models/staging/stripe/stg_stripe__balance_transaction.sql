{#- Grain: one delivered row of the raw table balance_transaction. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'balance_transaction') }}

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
        {{ payload_hash('stripe', 'balance_transaction') }} as payload_hash,
        {{ row_problem('stripe', 'balance_transaction', also=[[
            to_decimal('raw.net') ~ ' <> ' ~ to_decimal('raw.amount') ~ ' - ' ~ to_decimal('raw.fee'),
            "'net is not amount less fee'",
        ]]) }} as problem,
        false as is_marked_deleted,
        false as is_test_mode,
        {{ to_text('raw.id') }} as balance_transaction_id,
        {{ to_text('raw.source') }} as source_object_id,
        {{ to_text('raw.payout_id') }} as payout_id,
        {{ to_text('raw.type') }} as movement_type,
        {{ to_text('raw.reporting_category') }} as reporting_category,
        {{ to_text('raw.status') }} as line_status,
        {{ to_currency('raw.currency') }} as currency,
        {{ minor_to_major('raw.amount') }} as gross_amount,
        {{ minor_to_major('raw.fee') }} as fee_amount,
        {{ minor_to_major('raw.net') }} as net_amount,
        {{ to_decimal('raw.exchange_rate', 24, 12) }} as exchange_rate,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.available_on', 'available') }}

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
    balance_transaction_id,
    source_object_id,
    payout_id,
    movement_type,
    reporting_category,
    line_status,
    currency,
    gross_amount,
    fee_amount,
    net_amount,
    exchange_rate,
    created_at,
    created_on,
    available_at,
    available_on

from judged
