{#- Grain: one delivered row of the flat file subscriptions. -#}
with

raw as (

    select * from {{ source('raw_flat', 'subscriptions') }}

),

currencies as (

    {{ currency_units('flat') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.source_subscription_id']) }} as row_id,
        {{ delivered_id(['raw.source_subscription_id']) }} as delivered_id,
        {{ to_utc('raw.recorded_at') }} as row_version,
        {{ payload_hash('flat', 'subscriptions') }} as payload_hash,
        {{ row_problem('flat', 'subscriptions') }} as problem,
        false as is_marked_deleted,
        coalesce({{ to_boolean('raw.is_test_mode') }}, false) as is_test_mode,
        {{ to_text('raw.source_subscription_id') }} as source_subscription_id,
        {{ to_text('raw.source_entity_id') }} as source_entity_id,
        {{ to_text('raw.source_customer_id') }} as source_customer_id,
        {{ to_text('raw.source_contract_id') }} as source_contract_id,
        lower({{ to_text('raw.subscription_status') }}) as subscription_status,
        {{ to_currency('raw.currency') }} as currency,
        coalesce({{ to_boolean('raw.is_cancelling_at_period_end') }}, false)
            as is_cancelling_at_period_end,
        {{ to_utc('raw.started_at') }} as started_at,
        coalesce({{ to_date('raw.started_on') }}, {{ to_bare_date('raw.started_at') }})
            as started_on,
        {{ to_utc('raw.trial_ends_at') }} as trial_ends_at,
        coalesce({{ to_date('raw.trial_ends_on') }}, {{ to_bare_date('raw.trial_ends_at') }})
            as trial_ends_on,
        {{ to_utc('raw.current_period_starts_at') }} as current_period_starts_at,
        coalesce({{ to_date('raw.current_period_starts_on') }}, {{ to_bare_date('raw.current_period_starts_at') }})
            as current_period_starts_on,
        {{ to_utc('raw.current_period_ends_at') }} as current_period_ends_at,
        coalesce({{ to_date('raw.current_period_ends_on') }}, {{ to_bare_date('raw.current_period_ends_at') }})
            as current_period_ends_on,
        {{ to_utc('raw.cancelled_at') }} as cancelled_at,
        coalesce({{ to_date('raw.cancelled_on') }}, {{ to_bare_date('raw.cancelled_at') }})
            as cancelled_on,
        {{ to_utc('raw.ended_at') }} as ended_at,
        coalesce({{ to_date('raw.ended_on') }}, {{ to_bare_date('raw.ended_at') }}) as ended_on,
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
    source_subscription_id,
    source_entity_id,
    source_customer_id,
    source_contract_id,
    subscription_status,
    currency,
    is_cancelling_at_period_end,
    started_at,
    started_on,
    trial_ends_at,
    trial_ends_on,
    current_period_starts_at,
    current_period_starts_on,
    current_period_ends_at,
    current_period_ends_on,
    cancelled_at,
    cancelled_on,
    ended_at,
    ended_on,
    recorded_at

from judged
