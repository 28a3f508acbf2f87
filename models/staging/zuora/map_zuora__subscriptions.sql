{#- Grain: one Zuora subscription, in its newest version. -#}
with

versions as (

    select
        *,
        coalesce(original_id, subscription_id) as first_subscription_id,
        -- Every change makes a version with an id of its own; the first version's id names them all.
        row_number() over (
            partition by source_account, coalesce(original_id, subscription_id)
            order by coalesce(version_number, 0) desc, subscription_id desc
        ) as age

    from {{ ref('stg_zuora__subscription') }}

    where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('zuora', 'subscription', 'status') }}

),

customers as (

    select * from {{ ref('stg_zuora__account') }} where row_disposition in ('accepted', 'deleted')

)

select
    'zuora' as source_system,
    versions.source_account,
    versions.first_subscription_id as source_subscription_id,
    customers.batch as source_entity_id,
    versions.customer_id as source_customer_id,
    versions.contract_id as source_contract_id,
    statuses.canonical_value as subscription_status,
    customers.currency,
    -- A cancellation that is still to come: Zuora keeps the status Active until its day.
    versions.cancelled_on is not null
    and statuses.canonical_value <> 'cancelled' as is_cancelling_at_period_end,
    cast(null as timestamp) as started_at,
    coalesce(versions.starts_on, versions.contract_effective_on) as started_on,
    cast(null as timestamp) as trial_ends_at,
    cast(null as date) as trial_ends_on,
    cast(null as timestamp) as current_period_starts_at,
    cast(null as date) as current_period_starts_on,
    cast(null as timestamp) as current_period_ends_at,
    cast(null as date) as current_period_ends_on,
    cast(null as timestamp) as cancelled_at,
    versions.cancelled_on,
    cast(null as timestamp) as ended_at,
    case
        when statuses.canonical_value = 'cancelled'
            then coalesce(versions.ends_on, versions.cancelled_on)
    end as ended_on,
    coalesce(versions.created_at, versions.synced_at) as recorded_at

from versions

left join statuses
    on versions.subscription_status = statuses.raw_value

left join customers
    on versions.source_account = customers.source_account
    and versions.customer_id = customers.customer_id

where versions.age = 1
