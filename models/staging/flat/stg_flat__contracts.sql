{#- Grain: one delivered row of the flat file contracts. -#}
with

raw as (

    select * from {{ source('raw_flat', 'contracts') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_contract_id']) }} as row_id,
        {{ delivered_id(['raw.source_contract_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'contracts') }} as payload_hash,
        {{ row_problem('flat', 'contracts') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_contract_id') }} as source_contract_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.contract_number') }} as contract_number,
        lower({{ to_text('raw.contract_status') }}) as contract_status,
        {{ to_text('raw.renewed_from_source_contract_id') }} as renewed_from_source_contract_id,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.total_amount') }} as total_amount,
        {{ to_integer('raw.term_months') }} as term_months,
        {{ to_utc('raw.signed_at') }} as signed_at,
        coalesce({{ to_date('raw.signed_on') }}, {{ to_bare_date('raw.signed_at') }}) as signed_on,
        {{ to_date('raw.starts_on') }} as starts_on,
        {{ to_date('raw.ends_before_on') }} as ends_before_on,
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
    source_contract_id,
    source_entity_id,
    source_customer_id,
    contract_number,
    contract_status,
    renewed_from_source_contract_id,
    currency,
    total_amount,
    term_months,
    signed_at,
    signed_on,
    starts_on,
    ends_before_on,
    recorded_at

from judged
