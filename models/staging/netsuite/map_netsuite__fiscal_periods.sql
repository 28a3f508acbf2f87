{#- Grain: one NetSuite posting period of one subsidiary; quarters and years are no posting
    periods. -#}
with

periods as (

    select * from {{ ref('stg_netsuite__accounting_period') }} where row_disposition = 'accepted'

),

subsidiaries as (

    select * from {{ ref('stg_netsuite__subsidiary') }} where row_disposition = 'accepted'

)

select
    'netsuite' as source_system,
    periods.source_account,
    periods.accounting_period_id || '|' || subsidiaries.subsidiary_id as source_fiscal_period_id,
    subsidiaries.subsidiary_id as source_entity_id,
    periods.period_name,
    periods.starts_on,
    -- NetSuite gives the last day of the period.
    cast({{ dbt.dateadd('day', 1, 'periods.last_day_on') }} as date) as ends_before_on,
    coalesce(periods.is_adjustment, false) as is_adjustment_period,
    coalesce(periods.is_closed, false) as is_closed,
    coalesce(periods.is_receivables_locked, false) as is_receivables_locked,
    coalesce(periods.is_all_locked, false) as is_all_locked,
    periods.closed_at,
    periods.closed_on,
    periods.synced_at as recorded_at

from periods

inner join subsidiaries
    on periods.source_account = subsidiaries.source_account

where not coalesce(periods.is_quarter, false) and not coalesce(periods.is_year, false)
