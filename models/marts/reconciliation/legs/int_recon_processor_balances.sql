{#- Grain: one processor account and currency with the first balance known of it and the last one
    that is not after the day the run looks from. -#}
with

balances as (

    select * from {{ ref('fct_balances') }}
    where balance_kind = 'processor' and balance_on <= {{ as_of_date() }}

),

spans as (

    select
        source_balance_account_id,
        currency,
        min(case when balance_position = 'opening' then balance_on end) as opens_on,
        max(case when balance_position = 'closing' then balance_on end) as closes_on

    from balances

    group by source_balance_account_id, currency

)

select
    -- keys
    spans.source_balance_account_id as processor_account,
    spans.currency,
    max(balances.legal_entity_code) as legal_entity_code,
    max(balances.functional_currency) as functional_currency,
    max(
        case
            when balances.balance_position = 'opening' and balances.balance_on = spans.opens_on
                then balances.balance_key
        end
    ) as opening_balance_key,
    max(
        case
            when balances.balance_position = 'closing' and balances.balance_on = spans.closes_on
                then balances.balance_key
        end
    ) as closing_balance_key,

    -- measures
    cast({{ sum_amount(
        "case when balances.balance_position = 'opening' and balances.balance_on = spans.opens_on"
        " then balances.balance_amount end"
    ) }} as decimal(18, 4)) as opening_amount,
    cast({{ sum_amount(
        "case when balances.balance_position = 'closing' and balances.balance_on = spans.closes_on"
        " then balances.balance_amount end"
    ) }} as decimal(18, 4)) as closing_amount,

    -- times
    spans.opens_on,
    spans.closes_on,
    max(balances.recorded_at) as recorded_at

from balances

inner join spans
    on balances.source_balance_account_id = spans.source_balance_account_id
    and balances.currency = spans.currency

where spans.opens_on is not null and spans.closes_on is not null

group by spans.source_balance_account_id, spans.currency, spans.opens_on, spans.closes_on
