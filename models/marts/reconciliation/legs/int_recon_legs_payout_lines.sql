{#- Grain: one leg of R05: a movement of the processor's balance (left) or a payout (right). -#}
with

payout_lines as (

    select * from {{ ref('fct_payout_lines') }}

),

payouts as (

    select * from {{ ref('fct_payouts') }}

)

select
    'R05' as pair_id,
    'L' as side,
    'payout line ' || payout_lines.payout_line_key as leg_key,
    payout_lines.source_system || ' ' || payout_lines.source_account || ' '
    || payout_lines.source_payout_id as clear_key,
    coalesce(payout_lines.source_payout_id, payout_lines.source_payout_line_id) as natural_key,
    payout_lines.legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_payout_lines' as source_table,
    payout_lines.payout_line_key as source_key,
    'movement' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    payout_lines.currency,
    payout_lines.functional_currency,
    payout_lines.source_payout_id as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when payout_lines.line_kind in ('payout', 'payout_failure')
            then 'the payout itself, not a movement that it pays out'
        when payout_lines.source_payout_id is null
            then 'not paid out yet: part of the closing balance'
    end as out_of_scope_reason,
    payout_lines.net_amount as signed_amount,
    payout_lines.net_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    payout_lines.created_on as occurred_on,
    payout_lines.period_month,
    payout_lines.created_on as due_on,
    payout_lines.recorded_at

from payout_lines

union all

select
    'R05' as pair_id,
    'R' as side,
    'payout ' || payouts.payout_key as leg_key,
    payouts.source_system || ' ' || payouts.source_account || ' ' || payouts.source_payout_id
        as clear_key,
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
        when not payouts.is_automatic
            then 'a manual payout names no batch: its lines cannot be known'
    end as out_of_scope_reason,
    payouts.payout_amount as signed_amount,
    payouts.payout_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    payouts.arrives_on as occurred_on,
    payouts.period_month,
    payouts.arrives_on as due_on,
    payouts.recorded_at

from payouts
