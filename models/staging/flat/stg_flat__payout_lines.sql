{#- Grain: one delivered row of the flat file payout_lines. -#}
with

raw as (

    select * from {{ source('raw_flat', 'payout_lines') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_payout_line_id']) }} as row_id,
        {{ delivered_id(['raw.source_payout_line_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'payout_lines') }} as payload_hash,
        {{ row_problem('flat', 'payout_lines') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_payout_line_id') }} as source_payout_line_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_payout_id') }} as source_payout_id,
        {{ to_text('raw.source_payment_id') }} as source_payment_id,
        {{ to_text('raw.source_refund_id') }} as source_refund_id,
        {{ to_text('raw.source_dispute_id') }} as source_dispute_id,
        {{ to_text('raw.source_object_id') }} as source_object_id,
        lower({{ to_text('raw.line_kind') }}) as line_kind,
        {{ to_text('raw.reporting_category') }} as reporting_category,
        lower({{ to_text('raw.line_status') }}) as line_status,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.gross_amount') }} as gross_amount,
        {{ to_decimal('raw.fee_amount') }} as fee_amount,
        {{ to_decimal('raw.net_amount') }} as net_amount,
        {{ to_decimal('raw.exchange_rate', 24, 12) }} as exchange_rate,
        {{ to_utc('raw.created_at') }} as created_at,
        coalesce({{ to_date('raw.created_on') }}, {{ to_bare_date('raw.created_at') }})
            as created_on,
        {{ to_utc('raw.available_at') }} as available_at,
        coalesce({{ to_date('raw.available_on') }}, {{ to_bare_date('raw.available_at') }})
            as available_on,
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
    source_payout_line_id,
    source_entity_id,
    source_payout_id,
    source_payment_id,
    source_refund_id,
    source_dispute_id,
    source_object_id,
    line_kind,
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
    available_on,
    recorded_at

from judged
