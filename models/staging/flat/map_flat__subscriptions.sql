{#- Grain: one accepted row of the flat file subscriptions. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__subscriptions') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_subscription_id,
    rows_taken.source_entity_id,
    rows_taken.source_customer_id,
    rows_taken.source_contract_id,
    rows_taken.subscription_status,
    rows_taken.currency,
    rows_taken.is_cancelling_at_period_end,
    rows_taken.started_at,
    rows_taken.started_on,
    rows_taken.trial_ends_at,
    rows_taken.trial_ends_on,
    rows_taken.current_period_starts_at,
    rows_taken.current_period_starts_on,
    rows_taken.current_period_ends_at,
    rows_taken.current_period_ends_on,
    rows_taken.cancelled_at,
    rows_taken.cancelled_on,
    rows_taken.ended_at,
    rows_taken.ended_on,
    rows_taken.recorded_at

from rows_taken
