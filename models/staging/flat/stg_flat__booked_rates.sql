{#- Grain: one delivered row of the flat file booked_rates. -#}
with

raw as (

    select * from {{ source('raw_flat', 'booked_rates') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_booked_rate_id']) }} as row_id,
        {{ delivered_id(['raw.source_booked_rate_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'booked_rates') }} as payload_hash,
        {{ row_problem('flat', 'booked_rates') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_booked_rate_id') }} as source_booked_rate_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_currency('raw.from_currency') }} as from_currency,
        {{ to_currency('raw.to_currency') }} as to_currency,
        lower({{ to_text('raw.rate_type') }}) as rate_type,
        {{ to_decimal('raw.exchange_rate', 24, 12) }} as exchange_rate,
        {{ to_text('raw.source_fiscal_period_id') }} as source_fiscal_period_id,
        {{ to_date('raw.valid_from_on') }} as valid_from_on,
        {{ to_date('raw.valid_before_on') }} as valid_before_on,
        {{ to_utc('raw.recorded_at') }} as recorded_at

    from raw

    left join currencies
        on {{ to_currency('raw.from_currency') }} = currencies.currency

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
    source_booked_rate_id,
    source_entity_id,
    from_currency,
    to_currency,
    rate_type,
    exchange_rate,
    source_fiscal_period_id,
    valid_from_on,
    valid_before_on,
    recorded_at

from judged
