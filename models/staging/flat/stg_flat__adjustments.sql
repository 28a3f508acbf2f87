{#- Grain: one delivered row of the flat file adjustments. -#}
with

raw as (

    select * from {{ source('raw_flat', 'adjustments') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_adjustment_id']) }} as row_id,
        {{ delivered_id(['raw.source_adjustment_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'adjustments') }} as payload_hash,
        {{ row_problem('flat', 'adjustments') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_adjustment_id') }} as source_adjustment_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_invoice_id') }} as source_invoice_id,
        {{ to_text('raw.source_credit_note_id') }} as source_credit_note_id,
        lower({{ to_text('raw.adjustment_kind') }}) as adjustment_kind,
        {{ to_text('raw.reason_code') }} as reason_code,
        {{ to_text('raw.created_by') }} as created_by,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.adjustment_amount') }} as adjustment_amount,
        {{ to_utc('raw.adjusted_at') }} as adjusted_at,
        coalesce({{ to_date('raw.adjusted_on') }}, {{ to_bare_date('raw.adjusted_at') }})
            as adjusted_on,
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
    source_adjustment_id,
    source_entity_id,
    source_customer_id,
    source_invoice_id,
    source_credit_note_id,
    adjustment_kind,
    reason_code,
    created_by,
    currency,
    adjustment_amount,
    adjusted_at,
    adjusted_on,
    recorded_at

from judged
