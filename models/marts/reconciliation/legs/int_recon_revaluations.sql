{#- Grain: one revaluation of receivables, with its reversals: what of it is still in the books, and
    whether it should be. -#}
with

entries as (

    select * from {{ ref('int_recon_receivable_entries') }} where document_kind = 'revaluation'

),

valued as (

    select
        source_system,
        source_account,
        coalesce(reverses_source_ledger_document_id, source_ledger_document_id)
            as source_revaluation_id,
        count(*) as document_count,
        {{ sum_amount('control_amount_functional') }} as remaining_amount_functional,
        min(period_month) as period_month

    from entries

    group by
        source_system,
        source_account,
        coalesce(reverses_source_ledger_document_id, source_ledger_document_id)

)

select
    -- keys
    source_system,
    source_account,
    source_revaluation_id,

    -- attributes
    document_count > 1 and remaining_amount_functional = 0 as is_taken_back,
    -- The month's valuation stands until the next one opens.
    {{ next_month('period_month') }} >= {{ as_of_date() }} as is_in_force,

    -- times
    {{ next_month('period_month') }} as taken_back_month

from valued
