{#- Grain: one accepted row of the flat file fiscal_periods. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__fiscal_periods') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_fiscal_period_id,
    rows_taken.source_entity_id,
    rows_taken.period_name,
    rows_taken.starts_on,
    rows_taken.ends_before_on,
    rows_taken.is_adjustment_period,
    rows_taken.is_closed,
    rows_taken.is_receivables_locked,
    rows_taken.is_all_locked,
    rows_taken.closed_at,
    rows_taken.closed_on,
    rows_taken.recorded_at

from rows_taken
