{#- Grain: one Stripe subscription, in its newest version. -#}
with

subscriptions as (

    select * from {{ ref('stg_stripe__subscription') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('stripe', 'subscription', 'status') }}

),

customers as (

    select * from {{ ref('stg_stripe__customer') }} where row_disposition in ('accepted', 'deleted')

)

select
    'stripe' as source_system,
    subscriptions.source_account,
    subscriptions.subscription_id as source_subscription_id,
    'default' as source_entity_id,
    subscriptions.customer_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as source_contract_id,
    statuses.canonical_value as subscription_status,
    customers.currency,
    coalesce(subscriptions.is_cancelling_at_period_end, false) as is_cancelling_at_period_end,
    coalesce(subscriptions.started_at, subscriptions.created_at) as started_at,
    subscriptions.started_on,
    subscriptions.trial_ends_at,
    subscriptions.trial_ends_on,
    subscriptions.current_period_starts_at,
    subscriptions.current_period_starts_on,
    subscriptions.current_period_ends_at,
    subscriptions.current_period_ends_on,
    subscriptions.cancelled_at,
    subscriptions.cancelled_on,
    subscriptions.ended_at,
    subscriptions.ended_on,
    coalesce(subscriptions.created_at, subscriptions.synced_at) as recorded_at

from subscriptions

left join statuses
    on subscriptions.subscription_status = statuses.raw_value

left join customers
    on subscriptions.source_account = customers.source_account
    and subscriptions.customer_id = customers.customer_id
