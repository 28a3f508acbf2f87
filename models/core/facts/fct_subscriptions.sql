{#- Grain: one subscription of one source system. -#}
with

subscriptions as (

    select * from {{ ref('cdm_subscriptions') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

placed as (

    select
        subscriptions.*,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.legal_entity_code is not null as is_legal_entity_resolved,
        source_entities.functional_currency as books_currency,
        coalesce(source_entities.time_zone, 'UTC') as time_zone

    from subscriptions

    left join source_entities
        on subscriptions.source_system = source_entities.source_system
        and subscriptions.source_account = source_entities.source_account
        and coalesce(subscriptions.source_entity_id, 'default') = source_entities.source_entity_id

),

dated as (

    -- The business date: the source's own date, else the day of the instant in the entity's zone.
    select
        placed.*,
        {{ business_date('placed.started', 'placed.time_zone') }} as started_business_on,
        {{ business_date('placed.trial_ends', 'placed.time_zone') }} as trial_ends_business_on,
        {{ business_date('placed.current_period_starts', 'placed.time_zone') }}
            as current_period_starts_business_on,
        {{ business_date('placed.current_period_ends', 'placed.time_zone') }}
            as current_period_ends_business_on,
        {{ business_date('placed.cancelled', 'placed.time_zone') }} as cancelled_business_on,
        {{ business_date('placed.ended', 'placed.time_zone') }} as ended_business_on

    from placed

)

select
    -- keys
    {{ source_key('dated', 'subscription') }} as subscription_key,
    customer_ids.customer_key,
    dated.source_system,
    dated.source_account,
    dated.legal_entity_code,
    dated.source_subscription_id,
    dated.source_entity_id,
    dated.source_customer_id,
    dated.source_contract_id,

    -- attributes
    dated.subscription_status,
    dated.currency,
    dated.is_cancelling_at_period_end,
    dated.source_customer_id is null
    or customer_ids.customer_key is not null as is_customer_resolved,
    dated.is_legal_entity_resolved,
    dated.books_currency as functional_currency,

    -- times
    dated.started_at,
    dated.started_business_on as started_on,
    dated.trial_ends_at,
    dated.trial_ends_business_on as trial_ends_on,
    dated.current_period_starts_at,
    dated.current_period_starts_business_on as current_period_starts_on,
    dated.current_period_ends_at,
    dated.current_period_ends_business_on as current_period_ends_on,
    dated.cancelled_at,
    dated.cancelled_business_on as cancelled_on,
    dated.ended_at,
    dated.ended_business_on as ended_on,
    {{ month_of('dated.started_business_on') }} as period_month,
    dated.time_zone,
    dated.recorded_at

from dated

left join customer_ids
    on dated.source_system = customer_ids.source_system
    and dated.source_account = customer_ids.source_account
    and dated.source_customer_id = customer_ids.source_customer_id
