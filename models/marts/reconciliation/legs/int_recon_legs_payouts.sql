{#- Grain: one leg of R06: a payout (left) or a bank line that carries a payout's reference
    (right). -#}
with

payouts as (

    select * from {{ ref('fct_payouts') }}

),

bank_lines as (

    select * from {{ ref('fct_bank_lines') }}

),

scopes as (

    select * from {{ ref('int_recon_bank_line_scopes') }}

)

select
    'R06' as pair_id,
    'L' as side,
    'payout ' || payouts.payout_key as leg_key,
    coalesce(payouts.bank_reference, 'payout without reference ' || payouts.payout_key)
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
    payouts.bank_reference as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when payouts.payout_status in ('failed', 'cancelled')
            then 'the payout failed: no money reached the bank'
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

union all

select
    'R06' as pair_id,
    'R' as side,
    'bank line ' || bank_lines.bank_line_key as leg_key,
    coalesce(bank_lines.bank_reference, 'bank line without reference ' || bank_lines.bank_line_key)
        as clear_key,
    bank_lines.source_bank_line_id as natural_key,
    bank_lines.legal_entity_code,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'fct_bank_lines' as source_table,
    bank_lines.bank_line_key as source_key,
    'bank line' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    bank_lines.currency,
    bank_lines.functional_currency,
    bank_lines.bank_reference as reference_raw,
    cast(null as {{ dbt.type_string() }}) as compared_value,
    case
        when scopes.scope <> 'processor_payout'
            then 'no processor payout: other receipts and payments'
    end as out_of_scope_reason,
    bank_lines.line_amount as signed_amount,
    bank_lines.line_amount_functional as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    bank_lines.booked_on as occurred_on,
    bank_lines.period_month,
    bank_lines.booked_on as due_on,
    bank_lines.recorded_at

from bank_lines

inner join scopes
    on bank_lines.bank_line_key = scopes.bank_line_key
