{#- Grain: one column of one canonical entity as one system fills it. -#}
with

coverage as (

    select * from {{ ref('fct_source_coverage') }}

)

select
    -- keys
    source_system,
    entity,
    column_name,

    -- attributes
    filled_count > 0 as is_ever_filled,
    filled_count = row_count as is_always_filled,

    -- measures
    row_count,
    filled_count

from coverage
