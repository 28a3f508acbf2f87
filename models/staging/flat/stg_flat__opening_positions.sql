{#- Grain: one delivered row of the flat file opening_positions. -#}
with

raw as (

    select * from {{ source('raw_flat', 'opening_positions') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_opening_position_id']) }} as row_id,
        {{ delivered_id(['raw.source_opening_position_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'opening_positions') }} as payload_hash,
        {{ row_problem('flat', 'opening_positions') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_opening_position_id') }} as source_opening_position_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        lower({{ to_text('raw.position_kind') }}) as position_kind,
        {{ to_text('raw.source_document_id') }} as source_document_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.account_code') }} as account_code,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.open_amount') }} as open_amount,
        {{ to_text('raw.functional_currency') }} as functional_currency,
        {{ to_decimal('raw.open_amount_functional', 18, 4) }} as open_amount_functional,
        {{ to_date('raw.document_on') }} as document_on,
        {{ to_date('raw.cut_over_on') }} as cut_over_on,
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
    source_opening_position_id,
    source_entity_id,
    position_kind,
    source_document_id,
    source_customer_id,
    account_code,
    currency,
    open_amount,
    functional_currency,
    open_amount_functional,
    document_on,
    cut_over_on,
    recorded_at

from judged
