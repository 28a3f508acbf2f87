{#- Grain: one cash posting of the ledger whose bank line never came although the statement's
    balances did: a statement with a gap, and the postings alone that fill it. -#}
with

gaps as (

    select * from {{ ref('int_recon_statement_gaps') }}

),

movements as (

    select * from {{ ref('int_recon_cash_movements') }}

),

alone as (

    select ledger.*

    from movements as ledger

    left join movements as bank
        on ledger.clear_key = bank.clear_key
        and ledger.legal_entity_code = bank.legal_entity_code
        and ledger.currency = bank.currency
        and bank.told_by = 'bank'

    where ledger.told_by = 'ledger' and bank.movement_key is null

),

days_with_lines as (

    select
        source_bank_account_id,
        moved_on

    from movements

    where told_by = 'bank'

    group by source_bank_account_id, moved_on

),

candidates as (

    select
        gaps.source_bank_statement_id,
        gaps.gap_place,
        gaps.gap_amount,
        alone.movement_key,
        alone.source_key as ledger_document_key,
        alone.source_bank_account_id,
        alone.legal_entity_code,
        alone.currency,
        alone.clear_key,
        alone.moved_amount,
        alone.moved_on,
        days_with_lines.moved_on is null as is_day_empty,
        sum(alone.moved_amount) over (
            partition by gaps.source_bank_account_id, gaps.source_bank_statement_id, gaps.gap_place
        ) as statement_amount,
        sum(alone.moved_amount) over (
            partition by
                gaps.source_bank_account_id,
                gaps.source_bank_statement_id,
                gaps.gap_place,
                alone.moved_on
        ) as day_amount

    from gaps

    inner join alone
        on gaps.source_bank_account_id = alone.source_bank_account_id
        and gaps.currency = alone.currency
        and alone.moved_on >= gaps.starts_on
        and alone.moved_on <= gaps.ends_on

    left join days_with_lines
        on alone.source_bank_account_id = days_with_lines.source_bank_account_id
        and alone.moved_on = days_with_lines.moved_on

),

judged as (

    -- One day that fills the gap alone is it; else all days together; else the days of which the
    -- bank sent nothing, and the rest of the gap stays unexplained.
    select
        candidates.*,
        max(case when day_amount = gap_amount then 1 else 0 end) over (
            partition by source_bank_account_id, source_bank_statement_id, gap_place
        ) as is_filled_by_a_day

    from candidates

)

select
    -- keys
    movement_key,
    ledger_document_key,
    source_bank_account_id,
    source_bank_statement_id,
    gap_place,
    legal_entity_code,
    clear_key,

    -- attributes
    currency,

    -- measures
    gap_amount,
    moved_amount,

    -- times
    moved_on

from judged

where
    case
        when is_filled_by_a_day = 1 then day_amount = gap_amount
        when statement_amount = gap_amount then true
        else is_day_empty
    end
