{#- Grain: one cause that a leg of the pairs about cash names for itself. -#}
with

payouts as (

    select * from {{ ref('fct_payouts') }}

),

movements as (

    select * from {{ ref('int_recon_cash_movements') }}

),

scopes as (

    select * from {{ ref('int_recon_bank_line_scopes') }}

),

processor_refunds as (

    select * from {{ ref('int_recon_processor_refunds') }} where is_of_processor

),

dispute_entries as (

    select * from {{ ref('int_recon_dispute_entries') }} where told_by = 'processor'

),

payments as (

    select * from {{ ref('fct_payments') }}

),

applied as (

    select payment_key

    from {{ ref('fct_document_applications') }}

    where payment_key is not null and application_kind = 'payment'

    group by payment_key

),

unknown_charges as (

    -- Charges of the processor that no invoice and no billing system knows.
    select charges.*

    from payments as charges

    left join applied
        on charges.payment_key = applied.payment_key

    left join payments as billed
        on charges.processor_reference = billed.processor_reference
        and charges.payment_key <> billed.payment_key

    where
        charges.processor_reference = charges.source_payment_id
        and applied.payment_key is null
        and billed.payment_key is null

),

processor_movements as (

    select * from {{ ref('int_recon_processor_movements') }} where movement_kind = 'object'

),

gaps as (

    select * from {{ ref('int_recon_statement_gaps') }}

),

missing_lines as (

    select * from {{ ref('int_recon_missing_bank_lines') }}

),

differences as (

    select * from {{ ref('int_recon_receipt_differences') }}

),

missing_days as (

    select
        legal_entity_code,
        currency,
        moved_on,
        min(
            'statement ' || source_bank_statement_id || ' lacks '
            || cast(gap_amount as {{ dbt.type_string() }})
            || ' that its balances contain; nothing came of '
            || cast(moved_on as {{ dbt.type_string() }})
        ) as evidence

    from missing_lines

    group by legal_entity_code, currency, moved_on

)

select
    'R06' as pair_id,
    'payout ' || payouts.payout_key as leg_key,
    'alone' as applies_when,
    'extract_gap' as break_code,
    missing_days.evidence

from payouts

inner join missing_days
    on payouts.legal_entity_code = missing_days.legal_entity_code
    and payouts.currency = missing_days.currency
    and payouts.arrives_on = missing_days.moved_on

union all

select
    'R15' as pair_id,
    missing_lines.movement_key as leg_key,
    'alone' as applies_when,
    'extract_gap' as break_code,
    missing_days.evidence

from missing_lines

inner join missing_days
    on missing_lines.legal_entity_code = missing_days.legal_entity_code
    and missing_lines.currency = missing_days.currency
    and missing_lines.moved_on = missing_days.moved_on

union all

select
    'R15' as pair_id,
    movements.movement_key as leg_key,
    'differs' as applies_when,
    differences.break_code,
    differences.evidence

from differences

inner join movements
    on differences.clear_key = movements.clear_key
    and differences.legal_entity_code = movements.legal_entity_code
    and differences.currency = movements.currency
    and movements.told_by = 'ledger'

union all

select
    'R18' as pair_id,
    movements.movement_key as leg_key,
    'differs' as applies_when,
    differences.break_code,
    differences.evidence

from differences

inner join movements
    on differences.clear_key = movements.clear_key
    and differences.legal_entity_code = movements.legal_entity_code
    and differences.currency = movements.currency
    and movements.told_by = 'ledger'

union all

select
    'R18' as pair_id,
    movements.movement_key as leg_key,
    'alone' as applies_when,
    case
        when scopes.scope = 'processor_payout' then 'orphan_settlement'
        when scopes.scope = 'customers_money' and movements.moved_amount > 0
            then 'unidentified_receipt'
        else 'missing_posting'
    end as break_code,
    'bank line ' || movements.document_number || ' (' || scopes.scope || ') with reference '
    || coalesce(movements.reference, 'none') || ' is on no cash account' as evidence

from movements

inner join scopes
    on movements.source_key = scopes.bank_line_key

left join movements as booked
    on movements.clear_key = booked.clear_key
    and movements.legal_entity_code = booked.legal_entity_code
    and movements.currency = booked.currency
    and booked.told_by = 'ledger'

where movements.told_by = 'bank' and booked.movement_key is null

union all

select
    'R04' as pair_id,
    'processor refund ' || refund_key as leg_key,
    'alone' as applies_when,
    'refund_not_booked' as break_code,
    'the processor refunded ' || processor_refund_id || ', billing has no refund of it' as evidence

from processor_refunds

union all

select
    'R04' as pair_id,
    'processor dispute entry ' || source_key as leg_key,
    'alone' as applies_when,
    'chargeback_not_booked' as break_code,
    'the processor moved ' || cast(moved_amount as {{ dbt.type_string() }}) || ' of dispute '
    || document_number || ', the ledger has no entry of that amount and day' as evidence

from dispute_entries

union all

select
    'R18' as pair_id,
    'unexplained ' || gap_place || ' ' || source_bank_statement_id as leg_key,
    'alone' as applies_when,
    'unexplained' as break_code,
    'statement ' || source_bank_statement_id || ': its balances differ from its lines by '
    || cast(gap_amount as {{ dbt.type_string() }}) || ', and no posting says why' as evidence

from gaps

union all

select
    'R17' as pair_id,
    processor_movements.movement_key as leg_key,
    'alone' as applies_when,
    'orphan_settlement' as break_code,
    'neither billing nor the ledger knows ' || processor_movements.object_id as evidence

from processor_movements

inner join unknown_charges
    on processor_movements.object_id = unknown_charges.source_payment_id
    and processor_movements.legal_entity_code = unknown_charges.legal_entity_code

union all

select
    'R17' as pair_id,
    movement_key as leg_key,
    'alone' as applies_when,
    case
        when line_kind in ('dispute', 'dispute_reversal') then 'chargeback_not_booked'
        else 'refund_not_booked'
    end as break_code,
    'the processor moved ' || cast(moved_amount as {{ dbt.type_string() }}) || ' for '
    || object_id || ', the ledger has no entry' as evidence

from processor_movements

where line_kind in ('dispute', 'dispute_reversal', 'refund', 'refund_failure')
