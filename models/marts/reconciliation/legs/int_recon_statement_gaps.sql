{#- Grain: one bank statement whose balances its lines do not explain, or that does not open with
    what the one before closed with. -#}
with

balances as (

    select * from {{ ref('fct_balances') }} where balance_kind = 'bank'

),

bank_lines as (

    select * from {{ ref('fct_bank_lines') }}

),

statements as (

    -- The mapping names both balances of a statement after it.
    select
        source_system,
        source_account,
        source_balance_account_id as source_bank_account_id,
        replace(source_balance_id, '|' || balance_position, '') as source_bank_statement_id,
        legal_entity_code,
        currency,
        functional_currency,
        min(case when balance_position = 'opening' then balance_on end) as opens_on,
        max(case when balance_position = 'closing' then balance_on end) as closes_on,
        {{ sum_amount("case when balance_position = 'opening' then balance_amount end") }}
            as opening_amount,
        {{ sum_amount("case when balance_position = 'closing' then balance_amount end") }}
            as closing_amount

    from balances

    group by 1, 2, 3, 4, 5, 6, 7

),

chained as (

    select
        statements.*,
        lag(closes_on) over (
            partition by source_system, source_account, source_bank_account_id order by opens_on
        ) as previous_closes_on,
        lag(closing_amount) over (
            partition by source_system, source_account, source_bank_account_id order by opens_on
        ) as previous_closing_amount

    from statements

),

moved as (

    select
        source_system,
        source_account,
        source_bank_account_id,
        source_bank_statement_id,
        {{ sum_amount('line_amount') }} as moved_amount

    from bank_lines

    group by 1, 2, 3, 4

),

gaps as (

    select
        chained.source_bank_account_id,
        chained.source_bank_statement_id,
        'within' as gap_place,
        chained.legal_entity_code,
        chained.currency,
        chained.functional_currency,
        chained.opens_on as starts_on,
        chained.closes_on as ends_on,
        chained.closing_amount - chained.opening_amount - coalesce(moved.moved_amount, 0)
            as gap_amount

    from chained

    left join moved
        on chained.source_system = moved.source_system
        and chained.source_account = moved.source_account
        and chained.source_bank_account_id = moved.source_bank_account_id
        and chained.source_bank_statement_id = moved.source_bank_statement_id

    union all

    select
        source_bank_account_id,
        source_bank_statement_id,
        'before' as gap_place,
        legal_entity_code,
        currency,
        functional_currency,
        previous_closes_on as starts_on,
        opens_on as ends_on,
        opening_amount - previous_closing_amount as gap_amount

    from chained

    where previous_closing_amount is not null

)

select
    -- keys
    source_bank_account_id,
    source_bank_statement_id,
    gap_place,
    legal_entity_code,

    -- attributes
    currency,
    functional_currency,

    -- measures
    cast(gap_amount as decimal(18, 4)) as gap_amount,

    -- times
    starts_on,
    ends_on

from gaps

where gap_amount <> 0
