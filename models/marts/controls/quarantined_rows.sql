{#- Grain: one raw row that could not be used, with the place to find it and the reason. -#}
with

quarantined_rows as (

    select * from {{ ref('fct_quarantined_rows') }}

)

select
    -- keys
    source_system,
    source_account,
    raw_table,
    source_file,
    source_row,
    line_number,

    -- attributes
    source_row_id,
    disposition_reason

from quarantined_rows
