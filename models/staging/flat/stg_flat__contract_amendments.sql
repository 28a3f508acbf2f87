{#- Grain: one delivered row of the flat file contract_amendments. -#}
with

raw as (

    select * from {{ source('raw_flat', 'contract_amendments') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_contract_amendment_id']) }} as row_id,
        {{ delivered_id(['raw.source_contract_amendment_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'contract_amendments') }} as payload_hash,
        {{ row_problem('flat', 'contract_amendments') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_contract_amendment_id') }} as source_contract_amendment_id,
        {{ to_text('raw.source_contract_id') }} as source_contract_id,
        {{ to_text('raw.source_contract_line_id') }} as source_contract_line_id,
        lower({{ to_text('raw.amendment_kind') }}) as amendment_kind,
        {{ to_decimal('raw.quantity', 20, 6) }} as quantity,
        {{ to_decimal('raw.unit_price', 24, 12) }} as unit_price,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_utc('raw.effective_at') }} as effective_at,
        coalesce({{ to_date('raw.effective_on') }}, {{ to_bare_date('raw.effective_at') }})
            as effective_on,
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
    source_contract_amendment_id,
    source_contract_id,
    source_contract_line_id,
    amendment_kind,
    quantity,
    unit_price,
    currency,
    effective_at,
    effective_on,
    recorded_at

from judged
