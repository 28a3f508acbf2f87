{#- Grain: one term of the bridge from billing's open items to the control account, in one legal
    entity and currency. -#}
with

positions as (

    select
        legal_entity_code,
        currency,
        customer_amount,
        open_amount,
        lone_settled_amount,
        case
            when is_voided then 'voided'
            when document_kind = 'invoice' then 'ledger_open'
            when document_kind = 'receipt' then 'unapplied_cash'
            when document_kind = 'credit_memo' then 'unapplied_credits'
            when document_kind = 'debit_memo' then 'debit_memos'
            when document_kind = 'refund' then 'refunds'
            else 'journals'
        end as term

    from {{ ref('int_recon_customer_positions') }}

),

breaks as (

    select * from {{ ref('recon_breaks') }} where pair_id in ('R08a', 'R08b')

),

overdue_revaluations as (

    -- Moves the books alone: in their currency.
    select
        entries.legal_entity_code,
        entries.functional_currency as currency,
        entries.control_amount_functional

    from {{ ref('int_recon_receivable_entries') }} as entries

    inner join {{ ref('int_recon_revaluations') }} as revaluations
        on entries.source_system = revaluations.source_system
        and entries.source_account = revaluations.source_account
        and coalesce(entries.reverses_source_ledger_document_id, entries.source_ledger_document_id)
        = revaluations.source_revaluation_id

    where
        entries.document_kind = 'revaluation'
        and entries.is_functional_only
        and not revaluations.is_taken_back
        and not revaluations.is_in_force

),

terms as (

    select
        legal_entity_code,
        currency,
        'billing_open' as term,
        {{ sum_amount('open_amount') }} as term_amount

    from {{ ref('fct_invoices') }}

    group by legal_entity_code, currency

    union all

    select
        legal_entity_code,
        currency,
        case when pair_id = 'R08a' then 'open_item_breaks' else 'control_breaks' end as term,
        {{ sum_amount('residual_amount') }} as term_amount

    from breaks

    group by legal_entity_code, currency, pair_id

    union all

    select
        legal_entity_code,
        currency,
        term,
        {{ sum_amount('open_amount') }} as term_amount

    from positions

    group by legal_entity_code, currency, term

    union all

    -- One end of it is not in this account: the other end moved nothing here.
    select
        legal_entity_code,
        currency,
        'applied_elsewhere' as term,
        -{{ sum_amount('lone_settled_amount') }} as term_amount

    from positions

    group by legal_entity_code, currency

    union all

    select
        legal_entity_code,
        currency,
        'subledger' as term,
        {{ sum_amount('customer_amount') }} as term_amount

    from positions

    group by legal_entity_code, currency

    union all

    select
        legal_entity_code,
        currency,
        'overdue_revaluations' as term,
        {{ sum_amount('control_amount_functional') }} as term_amount

    from overdue_revaluations

    group by legal_entity_code, currency

    union all

    select
        legal_entity_code,
        currency,
        'control' as term,
        {{ sum_amount('movement_amount') }} as term_amount

    from {{ ref('int_recon_control_movements') }}

    group by legal_entity_code, currency

)

select
    -- keys
    legal_entity_code,

    -- attributes
    currency,
    term,

    -- measures
    cast(term_amount as decimal(38, 4)) as term_amount

from terms
