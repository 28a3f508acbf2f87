{#- Grain: one processor account, currency and day on which its balance moved by more or less than
    its lines say. -#}
with

balances as (

    select * from {{ ref('fct_balances') }}
    where balance_kind = 'processor' and balance_on <= {{ as_of_date() }}

),

payout_lines as (

    select * from {{ ref('fct_payout_lines') }}

),

balance_days as (

    -- A day counts where both its balances are known.
    select
        source_balance_account_id as processor_account,
        currency,
        balance_on as moved_on,
        max(legal_entity_code) as legal_entity_code,
        max(functional_currency) as functional_currency,
        max(balance_key) as balance_key,
        {{ sum_amount(
            "case when balance_position = 'closing' then balance_amount else -balance_amount end"
        ) }} as moved_amount

    from balances

    group by source_balance_account_id, currency, balance_on

    having count(distinct balance_position) = 2

),

line_days as (

    select
        source_account as processor_account,
        currency,
        created_on as moved_on,
        {{ sum_amount('net_amount') }} as moved_amount

    from payout_lines

    group by source_account, currency, created_on

)

select
    -- keys
    balance_days.processor_account,
    balance_days.legal_entity_code,
    balance_days.balance_key,

    -- attributes
    balance_days.currency,
    balance_days.functional_currency,

    -- measures
    cast(balance_days.moved_amount - coalesce(line_days.moved_amount, 0) as decimal(18, 4))
        as gap_amount,

    -- times
    balance_days.moved_on

from balance_days

left join line_days
    on balance_days.processor_account = line_days.processor_account
    and balance_days.currency = line_days.currency
    and balance_days.moved_on = line_days.moved_on

where balance_days.moved_amount <> coalesce(line_days.moved_amount, 0)
