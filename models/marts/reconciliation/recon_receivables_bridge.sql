{#- Grain: one legal entity and currency: from billing's open items to the control account of the
    general ledger, at the day the run looks from. -#}
with

bridge_amounts as (

    select * from {{ ref('int_recon_bridge_amounts') }}

),

totals as (

    select
        legal_entity_code,
        currency,
        {{ sum_amount("case when term = 'billing_open' then term_amount end") }} as billing_open_amount,
        {{ sum_amount("case when term = 'open_item_breaks' then term_amount end") }}
            as open_item_breaks_amount,
        {{ sum_amount("case when term = 'ledger_open' then term_amount end") }} as ledger_open_amount,
        {{ sum_amount("case when term = 'unapplied_cash' then -term_amount end") }}
            as unapplied_cash_amount,
        {{ sum_amount("case when term = 'unapplied_credits' then -term_amount end") }}
            as unapplied_credits_amount,
        {{ sum_amount("case when term = 'debit_memos' then term_amount end") }} as debit_memos_amount,
        {{ sum_amount("case when term = 'refunds' then term_amount end") }} as refunds_amount,
        {{ sum_amount("case when term = 'journals' then term_amount end") }} as journals_amount,
        {{ sum_amount("case when term = 'voided' then term_amount end") }} as voided_amount,
        {{ sum_amount("case when term = 'applied_elsewhere' then term_amount end") }}
            as applied_elsewhere_amount,
        {{ sum_amount("case when term = 'subledger' then term_amount end") }} as subledger_amount,
        {{ sum_amount("case when term = 'control_breaks' then term_amount end") }}
            as control_breaks_amount,
        {{ sum_amount("case when term = 'overdue_revaluations' then term_amount end") }}
            as overdue_revaluations_amount,
        {{ sum_amount("case when term = 'control' then term_amount end") }}
            as control_account_amount

    from bridge_amounts

    group by legal_entity_code, currency

)

select
    -- keys
    legal_entity_code,

    -- attributes
    currency,

    -- measures
    billing_open_amount,
    open_item_breaks_amount,
    ledger_open_amount,
    unapplied_cash_amount,
    unapplied_credits_amount,
    debit_memos_amount,
    refunds_amount,
    journals_amount,
    voided_amount,
    applied_elsewhere_amount,
    subledger_amount,
    control_breaks_amount,
    overdue_revaluations_amount,
    control_account_amount,
    -- Gross: what one step leaves open may not hide behind the next.
    cast(
        abs(billing_open_amount - open_item_breaks_amount - ledger_open_amount)
        + abs(
            ledger_open_amount - unapplied_cash_amount - unapplied_credits_amount
            + debit_memos_amount + refunds_amount + journals_amount + voided_amount
            + applied_elsewhere_amount - subledger_amount
        )
        + abs(
            subledger_amount - control_breaks_amount - overdue_revaluations_amount
            - control_account_amount
        ) as decimal(38, 4)
    ) as unexplained_amount,

    -- times
    {{ as_of_date() }} as bridged_on

from totals
