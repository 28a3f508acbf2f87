{#- Grain: one accepted row of the flat file booked_rates. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__booked_rates') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_booked_rate_id,
    rows_taken.source_entity_id,
    rows_taken.from_currency,
    rows_taken.to_currency,
    rows_taken.rate_type,
    rows_taken.exchange_rate,
    rows_taken.source_fiscal_period_id,
    rows_taken.valid_from_on,
    rows_taken.valid_before_on,
    rows_taken.recorded_at

from rows_taken
