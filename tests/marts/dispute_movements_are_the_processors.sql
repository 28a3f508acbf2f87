{{ config(group='marts') }}
-- Law: what moved for all cases is what the events of disputes say moved, and what the processor's
-- lines say moved, by currency: money gross and fees apart. The fee is no part of a withdrawal, an
-- inquiry moves nothing, and credits and refunds are of one case.
with

movements as (

    select * from {{ ref('dispute_movements') }}

),

sources as (

    select * from {{ ref('dispute_sources') }}

),

by_cases as (

    select
        movements.currency,
        sources.source_system,
        {{ sum_amount(
            "case when movements.movement_kind in ('withdrawal', 'reinstatement')"
            ~ ' then movements.moved_amount else 0 end'
        ) }} as disputed_amount,
        {{ sum_amount(
            "case when movements.movement_kind in ('fee', 'fee_returned')"
            ~ ' then movements.moved_amount else 0 end'
        ) }} as fee_amount

    from movements

    inner join sources
        on movements.dispute_source_key = sources.dispute_source_key

    group by movements.currency, sources.source_system

),

by_events as (

    select
        currency,
        source_system,
        {{ sum_amount(
            "case when event_kind in ('funds_withdrawn', 'funds_reinstated')"
            ~ ' then event_amount else 0 end'
        ) }} as disputed_amount,
        {{ sum_amount(
            "case when event_kind in ('fee_charged', 'fee_returned') then event_amount else 0 end"
        ) }} as fee_amount

    from {{ ref('fct_dispute_events') }}

    where
        dispute_key is not null
        and event_amount is not null
        and (occurred_on is null or occurred_on <= {{ as_of_date() }})

    group by currency, source_system

),

by_lines as (

    select
        currency,
        source_system,
        {{ sum_amount('gross_amount') }} as disputed_amount,
        {{ sum_amount('-fee_amount') }} as fee_amount

    from {{ ref('fct_payout_lines') }}

    where
        line_kind in ('dispute', 'dispute_reversal')
        and dispute_key is not null
        and (created_on is null or created_on <= {{ as_of_date() }})

    group by currency, source_system

)

select
    coalesce(by_cases.currency, by_events.currency) as subject,
    'not what the events say' as violation
from by_cases

full outer join by_events
    on by_cases.currency = by_events.currency
    and by_cases.source_system = by_events.source_system

where
    coalesce(by_cases.disputed_amount, 0) <> coalesce(by_events.disputed_amount, 0)
    or coalesce(by_cases.fee_amount, 0) <> coalesce(by_events.fee_amount, 0)

union all

select
    by_lines.currency as subject,
    'not what the processor booked' as violation
from by_lines

left join by_cases
    on by_lines.currency = by_cases.currency
    and by_lines.source_system = by_cases.source_system

where
    by_lines.disputed_amount <> coalesce(by_cases.disputed_amount, 0)
    or by_lines.fee_amount <> coalesce(by_cases.fee_amount, 0)

union all

select
    movements.dispute_movement_key as subject,
    'an inquiry moved money' as violation
from movements

inner join sources
    on movements.dispute_source_key = sources.dispute_source_key

where sources.source_kind = 'inquiry'

union all

select
    coalesce(credit_note_key, refund_key) as subject,
    'answers two cases' as violation
from movements
where coalesce(credit_note_key, refund_key) is not null
group by coalesce(credit_note_key, refund_key), movement_kind
having count(*) > 1

union all

select
    movements.dispute_movement_key as subject,
    'no account is known for it' as violation
from movements
where debit_role is null or credit_role is null
