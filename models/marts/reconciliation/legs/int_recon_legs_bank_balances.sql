{#- Grain: one leg of R18: what an account opened with, a line, or a gap of the bank (left) against
    what a ledger document posts to its cash account (right). All of it counts in the month the run
    looks from: the sum of what is open is the closing balance of the bank less that of the ledger.
    A gap that postings fill stands with them in the month of its statement. -#}
with

movements as (

    select * from {{ ref('int_recon_cash_movements') }}

),

gaps as (

    select * from {{ ref('int_recon_statement_gaps') }}

),

missing_lines as (

    select * from {{ ref('int_recon_missing_bank_lines') }}

),

balances as (

    select * from {{ ref('fct_balances') }} where balance_kind = 'bank'

),

openings as (

    select
        source_balance_account_id as source_bank_account_id,
        legal_entity_code,
        currency,
        functional_currency,
        min(balance_on) as opens_on,
        min(recorded_at) as recorded_at

    from balances

    where balance_position = 'opening'

    group by source_balance_account_id, legal_entity_code, currency, functional_currency

),

filled as (

    select
        source_bank_account_id,
        source_bank_statement_id,
        gap_place,
        moved_on,
        {{ sum_amount('moved_amount') }} as filled_amount

    from missing_lines

    group by source_bank_account_id, source_bank_statement_id, gap_place, moved_on

),

filled_gaps as (

    select
        source_bank_account_id,
        source_bank_statement_id,
        gap_place,
        {{ sum_amount('filled_amount') }} as filled_amount

    from filled

    group by source_bank_account_id, source_bank_statement_id, gap_place

),

told as (

    select
        'L' as side,
        'opening of ' || balances.balance_key as leg_key,
        'opening of ' || openings.source_bank_account_id as clear_key,
        openings.source_bank_account_id as natural_key,
        openings.source_bank_account_id,
        openings.legal_entity_code,
        'fct_balances' as source_table,
        balances.balance_key as source_key,
        'opening balance' as document_kind,
        openings.currency,
        openings.functional_currency,
        cast(null as {{ dbt.type_string() }}) as reference_raw,
        balances.balance_amount as signed_amount,
        cast(null as decimal(18, 4)) as signed_amount_functional,
        openings.opens_on as occurred_on,
        {{ month_of(as_of_date()) }} as period_month,
        openings.recorded_at

    from openings

    inner join balances
        on openings.source_bank_account_id = balances.source_balance_account_id
        and openings.currency = balances.currency
        and openings.opens_on = balances.balance_on
        and balances.balance_position = 'opening'

    union all

    select
        case when movements.told_by = 'bank' then 'L' else 'R' end as side,
        movements.movement_key as leg_key,
        case
            when movements.told_by = 'ledger' and movements.moved_on < openings.opens_on
                then 'opening of ' || movements.source_bank_account_id
            when missing_lines.movement_key is not null
                then
                    'gap ' || missing_lines.gap_place || ' ' || missing_lines.source_bank_statement_id
                    || ' on ' || cast(missing_lines.moved_on as {{ dbt.type_string() }})
            else movements.clear_key
        end as clear_key,
        movements.source_bank_account_id as natural_key,
        movements.source_bank_account_id,
        movements.legal_entity_code,
        case when movements.told_by = 'bank' then 'fct_bank_lines' else 'fct_ledger_documents' end
            as source_table,
        movements.source_key,
        case when movements.told_by = 'bank' then 'bank line' else 'posting to cash' end
            as document_kind,
        movements.currency,
        movements.functional_currency,
        movements.reference as reference_raw,
        movements.moved_amount as signed_amount,
        movements.moved_amount_functional as signed_amount_functional,
        movements.moved_on as occurred_on,
        case
            when missing_lines.movement_key is not null then {{ month_of('missing_lines.moved_on') }}
            else {{ month_of(as_of_date()) }}
        end as period_month,
        movements.recorded_at

    from movements

    left join openings
        on movements.source_bank_account_id = openings.source_bank_account_id
        and movements.currency = openings.currency

    left join missing_lines
        on movements.movement_key = missing_lines.movement_key

    union all

    -- What of a gap is filled is as good as the lines that did not come, day by day.
    select
        'L' as side,
        'gap ' || gaps.gap_place || ' ' || gaps.source_bank_statement_id
        || ' on ' || cast(filled.moved_on as {{ dbt.type_string() }}) as leg_key,
        'gap ' || gaps.gap_place || ' ' || gaps.source_bank_statement_id
        || ' on ' || cast(filled.moved_on as {{ dbt.type_string() }}) as clear_key,
        gaps.source_bank_statement_id as natural_key,
        gaps.source_bank_account_id,
        gaps.legal_entity_code,
        'fct_balances' as source_table,
        gaps.source_bank_statement_id as source_key,
        'missing bank lines' as document_kind,
        gaps.currency,
        gaps.functional_currency,
        cast(null as {{ dbt.type_string() }}) as reference_raw,
        filled.filled_amount as signed_amount,
        cast(null as decimal(18, 4)) as signed_amount_functional,
        filled.moved_on as occurred_on,
        {{ month_of('filled.moved_on') }} as period_month,
        cast(null as {{ dbt.type_timestamp() }}) as recorded_at

    from gaps

    inner join filled
        on gaps.source_bank_account_id = filled.source_bank_account_id
        and gaps.source_bank_statement_id = filled.source_bank_statement_id
        and gaps.gap_place = filled.gap_place

    union all

    select
        'L' as side,
        'unexplained ' || gaps.gap_place || ' ' || gaps.source_bank_statement_id as leg_key,
        'unexplained ' || gaps.gap_place || ' ' || gaps.source_bank_statement_id as clear_key,
        gaps.source_bank_account_id as natural_key,
        gaps.source_bank_account_id,
        gaps.legal_entity_code,
        'fct_balances' as source_table,
        gaps.source_bank_statement_id as source_key,
        'unexplained balance' as document_kind,
        gaps.currency,
        gaps.functional_currency,
        cast(null as {{ dbt.type_string() }}) as reference_raw,
        gaps.gap_amount - coalesce(filled_gaps.filled_amount, 0) as signed_amount,
        cast(null as decimal(18, 4)) as signed_amount_functional,
        gaps.ends_on as occurred_on,
        {{ month_of(as_of_date()) }} as period_month,
        cast(null as {{ dbt.type_timestamp() }}) as recorded_at

    from gaps

    left join filled_gaps
        on gaps.source_bank_account_id = filled_gaps.source_bank_account_id
        and gaps.source_bank_statement_id = filled_gaps.source_bank_statement_id
        and gaps.gap_place = filled_gaps.gap_place

    where gaps.gap_amount <> coalesce(filled_gaps.filled_amount, 0)

)

select
    'R18' as pair_id,
    side,
    leg_key,
    clear_key,
    natural_key,
    legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    source_table,
    source_key,
    document_kind,
    source_bank_account_id as account_code,
    currency,
    functional_currency,
    reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
    cast(signed_amount as decimal(18, 4)) as signed_amount,
    signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    occurred_on,
    period_month,
    occurred_on as due_on,
    recorded_at

from told
