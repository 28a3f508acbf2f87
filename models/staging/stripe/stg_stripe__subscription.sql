{#- Grain: one delivered row of the raw table subscription. -#}
with

raw as (

    select * from {{ source('raw_stripe', 'subscription') }}

),

statuses as (

    {{ known_words('stripe', 'subscription', 'status') }}

),

typed as (

    select
        {{ raw_location() }},
        {{ row_id(['raw.id']) }} as row_id,
        {{ delivered_id(['raw.id']) }} as delivered_id,
        {{ to_utc('raw._fivetran_synced') }} as row_version,
        {{ payload_hash('stripe', 'subscription') }} as payload_hash,
        {{ row_problem('stripe', 'subscription') }} as problem,
        false as is_marked_deleted,
        not coalesce({{ to_boolean('raw.livemode') }}, true) as is_test_mode,
        {{ to_text('raw.id') }} as subscription_id,
        {{ to_text('raw.customer_id') }} as customer_id,
        lower({{ to_text('raw.status') }}) as subscription_status,
        {{ to_boolean('raw.cancel_at_period_end') }} as is_cancelling_at_period_end,
        {{ both_clocks('raw.created', 'created') }},
        {{ both_clocks('raw.start_date', 'started') }},
        {{ both_clocks('raw.trial_end', 'trial_ends') }},
        {{ both_clocks('raw.current_period_start', 'current_period_starts') }},
        {{ both_clocks('raw.current_period_end', 'current_period_ends') }},
        {{ both_clocks('raw.canceled_at', 'cancelled') }},
        {{ both_clocks('raw.ended_at', 'ended') }},
        {{ to_text('raw.latest_invoice_id') }} as latest_invoice_id

    from raw

    left join statuses
        on lower({{ to_text('raw.status') }}) = statuses.raw_value

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
    subscription_id,
    customer_id,
    subscription_status,
    is_cancelling_at_period_end,
    created_at,
    created_on,
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
    latest_invoice_id

from judged
