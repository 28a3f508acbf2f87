{#- Grain: one raw row that could not be used, without its content (it may be personal). -#}
with

quarantined_rows as (

    select * from {{ ref('cdm_quarantined_rows') }}

)

select
    source_system,
    source_account,
    raw_table,
    source_file,
    source_row,
    line_number,
    source_row_id,
    disposition_reason

from quarantined_rows
