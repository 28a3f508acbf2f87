{#- Grain: one raw table, amount column, currency and disposition of one system and account. -#}
with

raw_counts as (

    select * from {{ ref('fct_raw_counts') }}

)

select
    -- keys
    source_system,
    source_account,
    raw_table,
    count_stage,
    row_disposition,
    amount_column,
    currency,

    -- measures
    row_count,
    readable_amount,
    unreadable_count

from raw_counts
