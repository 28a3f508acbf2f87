{#- Grain: one customer's open items in one legal entity, currency and month: opening, what moved,
    closing. -#}
with

months as (

    -- dim_dates has a row a day; a month is one.
    select distinct calendar_month as period_month from {{ ref('dim_dates') }}

),

receivable_events as (

    select
        receivable_events.*,
        coalesce(receivable_events.customer_key, 'unassigned') as account_key

    from {{ ref('fct_receivable_events') }} as receivable_events

    where receivable_events.receivable_kind = 'open_items' and receivable_events.known_before_at is null

),

moved as (

    select
        account_key,
        legal_entity_code,
        currency,
        max(functional_currency) as functional_currency,
        period_month,
        {{ sum_amount("case when movement = 'invoices' then event_amount end") }} as invoiced_amount,
        {{ sum_amount("case when movement = 'credits_applied' then event_amount end") }}
            as credits_applied_amount,
        {{ sum_amount("case when movement = 'cash_applied' then event_amount end") }}
            as cash_applied_amount,
        {{ sum_amount("case when movement = 'balance_applied' then event_amount end") }}
            as balance_applied_amount,
        {{ sum_amount("case when movement = 'applications_reversed' then event_amount end") }}
            as applications_reversed_amount,
        {{ sum_amount("case when movement = 'write_offs' then event_amount end") }} as write_offs_amount,
        {{ sum_amount("case when movement = 'write_offs_reversed' then event_amount end") }}
            as write_offs_reversed_amount,
        {{ sum_amount("case when movement = 'voids' then event_amount end") }} as voids_amount,
        {{ sum_amount('event_amount') }} as moved_amount,
        case
            when count(exchange_difference_amount_functional) = count(*)
                then sum(exchange_difference_amount_functional)
        end as exchange_difference_amount_functional

    from receivable_events

    group by account_key, legal_entity_code, currency, period_month

),

spans as (

    select
        account_key,
        legal_entity_code,
        currency,
        max(functional_currency) as functional_currency,
        min(period_month) as first_period_month,
        greatest(max(period_month), {{ month_of(as_of_date()) }}) as last_period_month

    from moved

    group by account_key, legal_entity_code, currency

),

closed as (

    -- A month without a movement opens and closes all the same.
    select
        spans.account_key,
        spans.legal_entity_code,
        spans.currency,
        spans.functional_currency,
        months.period_month,
        moved.invoiced_amount,
        moved.credits_applied_amount,
        moved.cash_applied_amount,
        moved.balance_applied_amount,
        moved.applications_reversed_amount,
        moved.write_offs_amount,
        moved.write_offs_reversed_amount,
        moved.voids_amount,
        moved.exchange_difference_amount_functional,
        moved.account_key is not null as has_moved,
        coalesce(moved.moved_amount, 0) as moved_amount,
        sum(coalesce(moved.moved_amount, 0)) over (
            partition by spans.account_key, spans.legal_entity_code, spans.currency
            order by months.period_month
        ) as closing_amount

    from spans

    inner join months
        on spans.first_period_month <= months.period_month
        and spans.last_period_month >= months.period_month

    left join moved
        on spans.account_key = moved.account_key
        and spans.legal_entity_code = moved.legal_entity_code
        and spans.currency = moved.currency
        and months.period_month = moved.period_month

)

select
    -- keys
    account_key as customer_key,
    legal_entity_code,

    -- attributes
    currency,
    functional_currency,

    -- measures
    cast(closing_amount - moved_amount as decimal(38, 4)) as opening_amount,
    cast(coalesce(invoiced_amount, 0) as decimal(38, 4)) as invoiced_amount,
    cast(coalesce(credits_applied_amount, 0) as decimal(38, 4)) as credits_applied_amount,
    cast(coalesce(cash_applied_amount, 0) as decimal(38, 4)) as cash_applied_amount,
    cast(coalesce(balance_applied_amount, 0) as decimal(38, 4)) as balance_applied_amount,
    cast(coalesce(applications_reversed_amount, 0) as decimal(38, 4)) as applications_reversed_amount,
    cast(coalesce(write_offs_amount, 0) as decimal(38, 4)) as write_offs_amount,
    cast(coalesce(write_offs_reversed_amount, 0) as decimal(38, 4)) as write_offs_reversed_amount,
    cast(coalesce(voids_amount, 0) as decimal(38, 4)) as voids_amount,
    cast(closing_amount as decimal(38, 4)) as closing_amount,
    cast(
        case when has_moved then exchange_difference_amount_functional else 0 end as decimal(38, 4)
    ) as exchange_difference_amount_functional,

    -- times
    period_month

from closed

where has_moved or closing_amount <> 0
