{#- Grain: one count of raw rows by table, stage, disposition, amount column and currency. -#}
with

raw_counts as (

    select * from {{ ref('cdm_raw_counts') }}

)

select
    source_system,
    source_account,
    raw_table,
    count_stage,
    row_disposition,
    amount_column,
    currency,
    row_count,
    readable_amount,
    unreadable_count

from raw_counts
