{#- Grain: one consolidation rate of one NetSuite period. -#}
with

rates as (

    select * from {{ ref('stg_netsuite__consolidated_exchange_rate') }}
    where row_disposition = 'accepted'

),

typed_rates as (

    select
        rates.*,
        'average' as rate_type,
        rates.averagerate as exchange_rate
    from rates
    where rates.averagerate is not null

    union all

    select
        rates.*,
        'closing' as rate_type,
        rates.currentrate as exchange_rate
    from rates
    where rates.currentrate is not null

),

currencies as (

    select * from {{ ref('stg_netsuite__currency') }} where row_disposition = 'accepted'

),

periods as (

    select * from {{ ref('stg_netsuite__accounting_period') }} where row_disposition = 'accepted'

)

select
    'netsuite' as source_system,
    typed_rates.source_account,
    typed_rates.row_id || '|' || typed_rates.rate_type as source_booked_rate_id,
    typed_rates.fromsubsidiary as source_entity_id,
    -- An id that the currency table lacks stays visible as the id.
    coalesce(from_currencies.currency, typed_rates.fromcurrency) as from_currency,
    coalesce(to_currencies.currency, typed_rates.tocurrency) as to_currency,
    typed_rates.rate_type,
    typed_rates.exchange_rate,
    typed_rates.accounting_period_id || '|' || typed_rates.fromsubsidiary
        as source_fiscal_period_id,
    periods.starts_on as valid_from_on,
    cast({{ dbt.dateadd('day', 1, 'periods.last_day_on') }} as date) as valid_before_on,
    typed_rates.synced_at as recorded_at

from typed_rates

left join currencies as from_currencies
    on typed_rates.source_account = from_currencies.source_account
    and typed_rates.fromcurrency = from_currencies.currency_id

left join currencies as to_currencies
    on typed_rates.source_account = to_currencies.source_account
    and typed_rates.tocurrency = to_currencies.currency_id

left join periods
    on typed_rates.source_account = periods.source_account
    and typed_rates.accounting_period_id = periods.accounting_period_id
