{#- Grain: one delivered row of the flat file balances. -#}
with

raw as (

    select * from {{ source('raw_flat', 'balances') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_balance_id']) }} as row_id,
        {{ delivered_id(['raw.source_balance_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'balances') }} as payload_hash,
        {{ row_problem('flat', 'balances') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_balance_id') }} as source_balance_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        lower({{ to_text('raw.balance_kind') }}) as balance_kind,
        {{ to_text('raw.source_balance_account_id') }} as source_balance_account_id,
        lower({{ to_text('raw.balance_position') }}) as balance_position,
        {{ to_currency('raw.currency') }} as currency,
        {{ to_decimal('raw.balance_amount') }} as balance_amount,
        {{ to_text('raw.functional_currency') }} as functional_currency,
        {{ to_decimal('raw.balance_amount_functional', 18, 4) }} as balance_amount_functional,
        {{ to_utc('raw.balance_at') }} as balance_at,
        coalesce({{ to_date('raw.balance_on') }}, {{ to_bare_date('raw.balance_at') }})
            as balance_on,
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
    source_balance_id,
    source_entity_id,
    balance_kind,
    source_balance_account_id,
    balance_position,
    currency,
    balance_amount,
    functional_currency,
    balance_amount_functional,
    balance_at,
    balance_on,
    recorded_at

from judged
