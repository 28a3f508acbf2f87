{#- Grain: one accepted row of the flat file balances. -#}
with

rows_taken as (

    select * from {{ ref('stg_flat__balances') }} where row_disposition = 'accepted'

)

select
    'flat' as source_system,
    rows_taken.source_account,
    rows_taken.source_balance_id,
    rows_taken.source_entity_id,
    rows_taken.balance_kind,
    rows_taken.source_balance_account_id,
    rows_taken.balance_position,
    rows_taken.currency,
    rows_taken.balance_amount,
    rows_taken.functional_currency,
    rows_taken.balance_amount_functional,
    rows_taken.balance_at,
    rows_taken.balance_on,
    rows_taken.recorded_at

from rows_taken
