{#- Grain: one movement of money that a processor owes us, in the entity's currency: the gross of a
    charge, refund or dispute, the fees of a day, a payout that has arrived. -#}
with

payout_lines as (

    select * from {{ ref('fct_payout_lines') }}
    where line_kind not in ('payout', 'payout_failure') and created_on <= {{ as_of_date() }}

),

payments as (

    select * from {{ ref('fct_payments') }}

),

refunds as (

    select * from {{ ref('fct_refunds') }}

),

disputes as (

    select * from {{ ref('fct_disputes') }}

),

payouts as (

    select * from {{ ref('fct_payouts') }}

),

objects as (

    select
        payout_lines.*,
        coalesce(disputes.currency, refunds.currency, payments.currency, payout_lines.currency)
        <> payout_lines.currency as is_foreign

    from payout_lines

    left join payments
        on payout_lines.payment_key = payments.payment_key

    left join refunds
        on payout_lines.refund_key = refunds.refund_key

    left join disputes
        on payout_lines.dispute_key = disputes.dispute_key

)

select
    'line ' || payout_line_key as movement_key,
    'object' as movement_kind,
    line_kind,
    payout_line_key as source_key,
    source_account as processor_account,
    legal_entity_code,
    functional_currency,
    source_object_id as object_id,
    is_foreign,
    gross_amount_functional as moved_amount,
    created_on as moved_on,
    recorded_at

from objects

where line_kind <> 'fee'

union all

-- The books take what the processor keeps as one expense of the day.
select
    'fees ' || source_account || ' ' || cast(created_on as {{ dbt.type_string() }}) as movement_key,
    'fees' as movement_kind,
    'fee' as line_kind,
    min(payout_line_key) as source_key,
    source_account as processor_account,
    legal_entity_code,
    functional_currency,
    cast(null as {{ dbt.type_string() }}) as object_id,
    false as is_foreign,
    cast({{ sum_amount(
        "case when line_kind = 'fee' then net_amount_functional else -fee_amount_functional end"
    ) }} as decimal(18, 4)) as moved_amount,
    created_on as moved_on,
    max(recorded_at) as recorded_at

from objects

group by source_account, legal_entity_code, functional_currency, created_on

having {{ sum_amount(
    "case when line_kind = 'fee' then net_amount_functional else -fee_amount_functional end"
) }} <> 0

union all

select
    'payout ' || payout_key as movement_key,
    'payout' as movement_kind,
    'payout' as line_kind,
    payout_key as source_key,
    source_account as processor_account,
    legal_entity_code,
    functional_currency,
    source_payout_id as object_id,
    false as is_foreign,
    -payout_amount_functional as moved_amount,
    arrives_on as moved_on,
    recorded_at

from payouts

where arrives_on <= {{ as_of_date() }} and payout_status not in ('failed', 'cancelled')
