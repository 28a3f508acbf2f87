{#- Grain: one movement of the Stripe balance (balance transaction). -#}
with

lines as (

    select * from {{ ref('stg_stripe__balance_transaction') }} where row_disposition = 'accepted'

),

kinds as (

    {{ known_words('stripe', 'balance_transaction', 'type') }}

),

categories as (

    {{ known_words('stripe', 'balance_transaction', 'reporting_category') }}

),

refunds as (

    select * from {{ ref('stg_stripe__refund') }} where row_disposition = 'accepted'

),

disputes as (

    select * from {{ ref('stg_stripe__dispute') }} where row_disposition = 'accepted'

),

payouts_of_lines as (

    -- The bridge table repeats what payout_id says; the aggregate keeps it one row per line.
    select
        source_account,
        balance_transaction_id,
        min(payout_id) as payout_id

    from {{ ref('stg_stripe__payout_balance_transaction') }}

    where row_disposition = 'accepted'

    group by source_account, balance_transaction_id

)

select
    'stripe' as source_system,
    lines.source_account,
    lines.balance_transaction_id as source_payout_line_id,
    'default' as source_entity_id,
    case
        when coalesce(kinds.canonical_value, 'other') in ('payout', 'payout_failure')
            then lines.source_object_id
        when lines.payout_id is not null then lines.payout_id
        else payouts_of_lines.payout_id
    end as source_payout_id,
    case
        when kinds.canonical_value = 'charge' then lines.source_object_id
        else coalesce(refunds.charge_id, disputes.charge_id)
    end as source_payment_id,
    refunds.refund_id as source_refund_id,
    disputes.dispute_id as source_dispute_id,
    lines.source_object_id,
    -- Stripe advises reporting_category over type for accounting; type alone cannot tell a dispute.
    coalesce(categories.canonical_value, kinds.canonical_value, 'other') as line_kind,
    coalesce(lines.reporting_category, lines.movement_type) as reporting_category,
    lines.line_status,
    lines.currency,
    lines.gross_amount,
    lines.fee_amount,
    lines.net_amount,
    lines.exchange_rate,
    lines.created_at,
    lines.created_on,
    -- Stripe gives the day on which funds become available as midnight UTC: a date, not an instant.
    cast(null as timestamp) as available_at,
    coalesce(lines.available_on, cast(lines.available_at as date)) as available_on,
    coalesce(lines.created_at, lines.synced_at) as recorded_at

from lines

left join kinds
    on lines.movement_type = kinds.raw_value

left join categories
    on lines.reporting_category = categories.raw_value

left join refunds
    on lines.source_account = refunds.source_account
    and lines.source_object_id = refunds.refund_id

left join disputes
    on lines.source_account = disputes.source_account
    and lines.source_object_id = disputes.dispute_id

left join payouts_of_lines
    on lines.source_account = payouts_of_lines.source_account
    and lines.balance_transaction_id = payouts_of_lines.balance_transaction_id
