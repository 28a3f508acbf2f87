{{ config(group='ingestion') }}
-- Law: per raw table, the rows that landed are the rows that staging judged; per amount column and
-- currency, what could be read when it landed is the sum over all dispositions.
with

counts as (

    select * from {{ ref('cdm_raw_counts') }} where count_stage in ('landed', 'staged')

)

select
    source_system,
    source_account,
    raw_table,
    amount_column,
    currency,
    sum(case when count_stage = 'landed' then row_count else 0 end) as landed_row_count,
    sum(case when count_stage = 'staged' then row_count else 0 end) as staged_row_count,
    sum(case when count_stage = 'landed' then readable_amount else 0 end) as landed_amount,
    sum(case when count_stage = 'staged' then readable_amount else 0 end) as staged_amount

from counts

group by source_system, source_account, raw_table, amount_column, currency

having
    (
        amount_column = '(rows)'
        and sum(case when count_stage = 'landed' then row_count else 0 end)
        <> sum(case when count_stage = 'staged' then row_count else 0 end)
    )
    or (
        amount_column <> '(rows)'
        and currency <> '(unknown)'
        and sum(case when count_stage = 'landed' then readable_amount else 0 end)
        <> sum(case when count_stage = 'staged' then readable_amount else 0 end)
    )
