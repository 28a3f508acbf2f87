{#- Grain: one leg of R05. Where the payout of a line is known: the movements of the processor's
    balance (left) and their payout (right), in the payout's period. Where it is not (not paid out
    yet, or by hand): the balance runs, with what the account opened with on the left and what was
    paid out by hand and what it closed with on the right. -#}
with

payout_lines as (

    select * from {{ ref('fct_payout_lines') }}

),

payouts as (

    select * from {{ ref('fct_payouts') }}

),

balances as (

    select * from {{ ref('int_recon_processor_balances') }}

),

lines_with_payouts as (

    -- A line that names a payout nobody knows still belongs to that payout.
    select
        payout_lines.*,
        payouts.arrives_on,
        payouts.period_month as payout_period_month,
        coalesce(payouts.is_automatic, payout_lines.source_payout_id is not null) as is_batch_known

    from payout_lines

    left join payouts
        on payout_lines.payout_key = payouts.payout_key

),

lines_placed as (

    select
        lines_with_payouts.*,
        case
            when lines_with_payouts.line_kind in ('payout', 'payout_failure')
                then 'the payout itself, not a movement that it pays out'
            when lines_with_payouts.is_batch_known then null
            when balances.processor_account is null
                then 'not paid out yet, of an account whose balance is not known'
            when lines_with_payouts.created_on < balances.opens_on
                then 'before the first balance known of the account'
            when lines_with_payouts.created_on > balances.closes_on
                then 'after the last balance known of the account'
        end as reason,
        case
            when lines_with_payouts.is_batch_known
                then
                    lines_with_payouts.source_system || ' ' || lines_with_payouts.source_account
                    || ' ' || lines_with_payouts.source_payout_id
            else 'balance ' || lines_with_payouts.source_account
        end as group_key

    from lines_with_payouts

    left join balances
        on lines_with_payouts.source_account = balances.processor_account
        and lines_with_payouts.currency = balances.currency

)

select
    'R05' as pair_id,
    'L' as side,
    'payout line ' || payout_line_key as leg_key,
    group_key as clear_key,
    case
        when not is_batch_known then source_account
        else coalesce(source_payout_id, source_payout_line_id)
    end as natural_key,
    legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_payout_lines' as source_table,
    payout_line_key as source_key,
    'movement' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    source_payout_id as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    reason as out_of_scope_reason,
    net_amount as signed_amount,
    net_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    created_on as occurred_on,
    case
        when not is_batch_known then {{ month_of(as_of_date()) }}
        -- A payout pays what it pays, whenever that was: the group stands in one period.
        else coalesce(payout_period_month, period_month)
    end as period_month,
    coalesce(arrives_on, created_on) as due_on,
    recorded_at

from lines_placed

union all

select
    'R05' as pair_id,
    'R' as side,
    'payout ' || payouts.payout_key as leg_key,
    case
        when payouts.is_automatic
            then
                payouts.source_system || ' ' || payouts.source_account || ' '
                || payouts.source_payout_id
        else 'balance ' || payouts.source_account
    end as clear_key,
    payouts.source_payout_id as natural_key,
    payouts.legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_payouts' as source_table,
    payouts.payout_key as source_key,
    'payout' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    payouts.currency,
    payouts.functional_currency,
    payouts.source_payout_id as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when payouts.payout_status in ('failed', 'cancelled')
            then 'the payout failed: its money went back to the balance'
        when payouts.is_automatic then null
        when balances.processor_account is null
            then 'paid out by hand, of an account whose balance is not known'
        when payouts.created_on < balances.opens_on
            then 'before the first balance known of the account'
        when payouts.created_on > balances.closes_on
            then 'after the last balance known of the account'
    end as out_of_scope_reason,
    payouts.payout_amount as signed_amount,
    payouts.payout_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    payouts.arrives_on as occurred_on,
    case when payouts.is_automatic then payouts.period_month else {{ month_of(as_of_date()) }} end
        as period_month,
    payouts.arrives_on as due_on,
    payouts.recorded_at

from payouts

left join balances
    on payouts.source_account = balances.processor_account
    and payouts.currency = balances.currency

union all

select
    'R05' as pair_id,
    'L' as side,
    'balance ' || opening_balance_key as leg_key,
    'balance ' || processor_account as clear_key,
    processor_account as natural_key,
    legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_balances' as source_table,
    opening_balance_key as source_key,
    'opening balance' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    processor_account as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
    opening_amount as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    opens_on as occurred_on,
    {{ month_of(as_of_date()) }} as period_month,
    closes_on as due_on,
    recorded_at

from balances

union all

select
    'R05' as pair_id,
    'R' as side,
    'balance ' || closing_balance_key as leg_key,
    'balance ' || processor_account as clear_key,
    processor_account as natural_key,
    legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_balances' as source_table,
    closing_balance_key as source_key,
    'closing balance' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    currency,
    functional_currency,
    processor_account as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    cast(null as {{ dbt.type_string() }}) as out_of_scope_reason,
    closing_amount as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    closes_on as occurred_on,
    {{ month_of(as_of_date()) }} as period_month,
    closes_on as due_on,
    recorded_at

from balances
