{#- Grain: one cause that a leg of R08a names for itself: what settled the document in one system
    and not in the other. A cause holds only where its amount is the whole difference. -#}
with

legs as (

    select * from {{ ref('int_recon_legs_open_items') }} where out_of_scope_reason is null

),

differences as (

    select * from {{ ref('int_recon_open_differences') }}

),

of_invoices as (

    -- What R01 knows about a document: not delivered, or void on the other side.
    select * from {{ ref('int_recon_causes_invoices') }}

),

settlements as (

    select * from {{ ref('int_recon_open_settlements') }}

),

found as (

    select
        legal_entity_code,
        currency,
        clear_key,
        'duplicate_posting' as break_code,
        cast(ledger_document_count as {{ dbt.type_string() }}) || ' in the ERP, '
        || cast(invoice_count as {{ dbt.type_string() }}) || ' in billing' as evidence

    from differences

    where ledger_document_count > invoice_count and invoice_count > 0 and is_of_one_sign

    union all

    select
        legal_entity_code,
        currency,
        clear_key,
        'write_off_one_side' as break_code,
        'written off in billing: ' || cast(written_off_amount as {{ dbt.type_string() }})
            as evidence

    from differences

    where
        ledger_document_count > 0
        and billed_amount = posted_amount
        and written_off_amount = -residual_amount

    union all

    select
        settlements.legal_entity_code,
        settlements.currency,
        settlements.clear_key,
        case
            when settlements.settlement_kind = 'ledger_write_off' then 'write_off_one_side'
            when settlements.settlement_kind = 'credit_note_unknown_to_the_ledger'
                then 'credit_memo_not_exported'
            else 'unapplied'
        end as break_code,
        settlements.evidence

    from settlements

    union all

    -- The documents agree and so do neither sums nor any one settlement: a part is missing.
    select
        legal_entity_code,
        currency,
        clear_key,
        'partial_payment' as break_code,
        'settled in billing: ' || cast(
            paid_amount + credited_amount + written_off_amount as {{ dbt.type_string() }}
        ) || ', in the ERP: ' || cast(ledger_settled_amount as {{ dbt.type_string() }}) as evidence

    from differences

    where invoice_count > 0 and ledger_document_count > 0 and billed_amount = posted_amount

)

select
    'R08a' as pair_id,
    legs.leg_key,
    'any' as applies_when,
    found.break_code,
    min(found.evidence) as evidence

from legs

inner join found
    on legs.legal_entity_code = found.legal_entity_code
    and legs.currency = found.currency
    and legs.clear_key = found.clear_key

group by legs.leg_key, found.break_code

union all

select
    'R08a' as pair_id,
    of_invoices.leg_key,
    of_invoices.applies_when,
    of_invoices.break_code,
    of_invoices.evidence

from of_invoices

inner join legs
    on of_invoices.leg_key = legs.leg_key
