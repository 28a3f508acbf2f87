{#- Grain: one statement of a bank or of a processor (its day): what an account opened with, what
    moved, and what it closed with. -#}
with

balances as (

    select * from {{ ref('fct_balances') }} where balance_kind in ('bank', 'processor')

),

statements as (

    -- The mapping names both balances of a statement after it.
    select
        source_system,
        source_account,
        balance_kind,
        source_balance_account_id,
        replace(source_balance_id, '|' || balance_position, '') as source_statement_id,
        legal_entity_code,
        currency,
        min(case when balance_position = 'opening' then balance_on end) as opens_on,
        max(case when balance_position = 'closing' then balance_on end) as closes_on,
        max(case when balance_position = 'opening' then balance_amount end) as opening_amount,
        max(case when balance_position = 'closing' then balance_amount end) as closing_amount

    from balances

    group by
        source_system,
        source_account,
        balance_kind,
        source_balance_account_id,
        replace(source_balance_id, '|' || balance_position, ''),
        legal_entity_code,
        currency

),

moved as (

    select
        'bank' as balance_kind,
        source_bank_account_id as source_balance_account_id,
        source_bank_statement_id as moved_in,
        currency,
        {{ sum_amount('line_amount') }} as activity_amount,
        cast(0 as decimal(38, 4)) as paid_out_amount

    from {{ ref('fct_bank_lines') }}

    group by source_bank_account_id, source_bank_statement_id, currency

    union all

    select
        'processor' as balance_kind,
        source_account as source_balance_account_id,
        cast(created_on as {{ dbt.type_string() }}) as moved_in,
        currency,
        {{ sum_amount(
            "case when line_kind not in ('payout', 'payout_failure') then net_amount end"
        ) }} as activity_amount,
        {{ sum_amount("case when line_kind in ('payout', 'payout_failure') then -net_amount end") }}
            as paid_out_amount

    from {{ ref('fct_payout_lines') }}

    group by source_account, created_on, currency

),

chained as (

    select
        statements.*,
        case
            when balance_kind = 'bank' then source_statement_id
            else cast(opens_on as {{ dbt.type_string() }})
        end as moved_in,
        lag(closing_amount) over (
            partition by source_system, source_account, source_balance_account_id, currency
            order by opens_on, closes_on
        ) as previous_closing_amount

    from statements

)

select
    -- keys
    chained.balance_kind,
    chained.source_system,
    chained.source_account,
    chained.source_balance_account_id,
    chained.source_statement_id,
    chained.legal_entity_code,

    -- attributes
    chained.currency,

    -- measures
    chained.opening_amount as opening_balance_amount,
    cast(coalesce(moved.activity_amount, 0) as decimal(38, 4)) as activity_amount,
    cast(coalesce(moved.paid_out_amount, 0) as decimal(38, 4)) as paid_out_amount,
    chained.closing_amount as closing_balance_amount,
    cast(
        chained.closing_amount - chained.opening_amount - coalesce(moved.activity_amount, 0)
        + coalesce(moved.paid_out_amount, 0) as decimal(38, 4)
    ) as unmoved_difference_amount,
    -- The first statement known carries nothing on.
    cast(
        chained.opening_amount - coalesce(chained.previous_closing_amount, chained.opening_amount)
        as decimal(38, 4)
    ) as carried_difference_amount,

    -- times
    chained.opens_on,
    chained.closes_on

from chained

left join moved
    on chained.balance_kind = moved.balance_kind
    and chained.source_balance_account_id = moved.source_balance_account_id
    and chained.moved_in = moved.moved_in
    and chained.currency = moved.currency
