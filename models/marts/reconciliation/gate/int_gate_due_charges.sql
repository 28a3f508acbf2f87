{#- Grain: one charge that a scheduled run has to bill, and the day up to which it is billed
    without the run's drafts and with them. -#}
with

runs as (

    select * from {{ ref('int_gate_runs') }} where is_latest_run and run_kind = 'scheduled'

),

items as (

    select * from {{ ref('fct_subscription_items') }} where subscription_status <> 'cancelled'

),

subscriptions as (

    select * from {{ ref('fct_subscriptions') }}

),

billed as (

    select
        source_system,
        source_account,
        source_subscription_item_id,
        max(case when not is_draft then service_starts_on end) as billed_from_on,
        max(case when not is_draft then service_ends_on end) as billed_until_on,
        max(service_ends_on) as drafted_until_on

    from {{ ref('int_gate_services') }}

    group by source_system, source_account, source_subscription_item_id

),

accounts_with_runs as (

    -- Which accounts bill by runs at all: many invoices of each say so.
    select distinct
        legal_entity_code,
        source_system,
        source_account

    from {{ ref('fct_invoices') }}

    where source_billing_run_id is not null

),

first_runs as (

    select
        legal_entity_code,
        min(target_on) as first_target_on

    from {{ ref('fct_billing_runs') }}

    group by legal_entity_code

),

used as (

    -- Meters know the entity and the charge, not the billing system.
    select
        legal_entity_code,
        source_subscription_item_id,
        max(occurred_on) as last_used_on

    from {{ ref('fct_usage_events') }}

    group by legal_entity_code, source_subscription_item_id

),

charges as (

    select
        runs.billing_run_key,
        runs.target_on,
        runs.legal_entity_code,
        items.subscription_key,
        items.customer_key,
        items.source_subscription_id,
        items.source_subscription_item_id,
        items.charge_kind,
        items.currency,
        -- A charge that nothing has billed is due from its start, if that is not older than what is
        -- known of runs.
        coalesce(
            billed.billed_until_on,
            case when items.starts_on >= first_runs.first_target_on then items.starts_on end
        ) as billed_until_on,
        -- Use is billed when its period is over, and the next is as long as the last one.
        case
            when items.charge_kind = 'usage'
                then cast({{ dbt.dateadd(
                    'month',
                    dbt.datediff('billed.billed_from_on', 'billed.billed_until_on', 'month'),
                    'billed.billed_until_on'
                ) }} as date)
            else coalesce(billed.billed_until_on, items.starts_on)
        end as charge_due_on,
        billed.drafted_until_on,
        used.last_used_on,
        least(
            coalesce(items.ends_on, cast('9999-12-31' as date)),
            coalesce(subscriptions.ended_on, cast('9999-12-31' as date))
        ) as ends_on

    from items

    inner join runs
        on items.legal_entity_code = runs.legal_entity_code

    inner join accounts_with_runs
        on items.legal_entity_code = accounts_with_runs.legal_entity_code
        and items.source_system = accounts_with_runs.source_system
        and items.source_account = accounts_with_runs.source_account

    inner join first_runs
        on items.legal_entity_code = first_runs.legal_entity_code

    left join subscriptions
        on items.subscription_key = subscriptions.subscription_key

    left join billed
        on items.source_system = billed.source_system
        and items.source_account = billed.source_account
        and items.source_subscription_item_id = billed.source_subscription_item_id

    left join used
        on items.legal_entity_code = used.legal_entity_code
        and items.source_subscription_item_id = used.source_subscription_item_id

)

select
    -- keys
    billing_run_key,
    source_subscription_item_id,
    subscription_key,
    customer_key,
    source_subscription_id,
    legal_entity_code,

    -- attributes
    charge_kind,
    currency,
    coalesce(drafted_until_on, billed_until_on) > billed_until_on as is_drafted,

    -- times
    billed_until_on,
    charge_due_on,
    target_on

from charges

where
    charge_due_on <= target_on
    and billed_until_on < ends_on
    and (
        charge_kind = 'recurring'
        or (charge_kind = 'usage' and last_used_on >= billed_until_on)
    )
