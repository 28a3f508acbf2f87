{#- Grain: one movement of money in one Stripe dispute. -#}
with

movements as (

    select lines.*

    from {{ ref('stg_stripe__balance_transaction') }} as lines

    inner join {{ ref('stg_stripe__dispute') }} as disputes
        on lines.source_account = disputes.source_account
        and lines.source_object_id = disputes.dispute_id

    where lines.row_disposition = 'accepted' and disputes.row_disposition = 'accepted'

),

events as (

    select
        movements.*,
        'funds' as part,
        movements.gross_amount as event_amount,
        case when movements.gross_amount < 0 then 'funds_withdrawn' else 'funds_reinstated' end
            as event_kind

    from movements

    where movements.gross_amount <> 0

    union all

    -- The fee is never part of the disputed amount (domain, disputes).
    select
        movements.*,
        'fee' as part,
        cast(-movements.fee_amount as decimal(18, 4)) as event_amount,
        case when movements.fee_amount > 0 then 'fee_charged' else 'fee_returned' end as event_kind

    from movements

    where movements.fee_amount <> 0

)

select
    'stripe' as source_system,
    events.source_account,
    events.balance_transaction_id || '|' || events.part as source_dispute_event_id,
    events.source_object_id as source_dispute_id,
    events.event_kind,
    cast(null as {{ dbt.type_string() }}) as dispute_status,
    cast(null as {{ dbt.type_string() }}) as actor,
    events.currency,
    events.event_amount,
    events.created_at as occurred_at,
    events.created_on as occurred_on,
    coalesce(events.created_at, events.synced_at) as recorded_at

from events
