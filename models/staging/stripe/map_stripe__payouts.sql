{#- Grain: one Stripe payout. -#}
with

payouts as (

    select * from {{ ref('stg_stripe__payout') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('stripe', 'payout', 'status') }}

)

select
    'stripe' as source_system,
    payouts.source_account,
    payouts.payout_id as source_payout_id,
    'default' as source_entity_id,
    statuses.canonical_value as payout_status,
    payouts.payout_method,
    coalesce(payouts.is_automatic, true) as is_automatic,
    -- The bank shows the payout id as end-to-end reference.
    payouts.payout_id as bank_reference,
    payouts.destination_bank_account_id as destination_account_id,
    payouts.failure_code,
    payouts.currency,
    payouts.payout_amount,
    payouts.created_at,
    payouts.created_on,
    cast(null as timestamp) as arrives_at,
    -- Stripe gives the arrival day as midnight UTC: it is a date, not an instant.
    coalesce(payouts.arrival_on, cast(payouts.arrival_at as date)) as arrives_on,
    coalesce(payouts.created_at, payouts.synced_at) as recorded_at

from payouts

left join statuses
    on payouts.payout_status = statuses.raw_value
