{#- Grain: one opening or closing balance of one processor account on one day. -#}
with

days as (

    select * from {{ ref('stg_ops__processor_balance') }} where row_disposition = 'accepted'

),

positions as (

    select
        days.*,
        'opening' as balance_position,
        days.opening_balance_amount as balance_amount
    from days

    union all

    select
        days.*,
        'closing' as balance_position,
        days.closing_balance_amount as balance_amount
    from days

)

select
    'ops' as source_system,
    positions.source_account,
    positions.row_id || '|' || positions.balance_position as source_balance_id,
    cast(null as {{ dbt.type_string() }}) as source_entity_id,
    'processor' as balance_kind,
    positions.account_id as source_balance_account_id,
    positions.balance_position,
    positions.currency,
    positions.balance_amount,
    cast(null as {{ dbt.type_string() }}) as functional_currency,
    cast(null as decimal(18, 4)) as balance_amount_functional,
    cast(null as timestamp) as balance_at,
    positions.balance_on,
    positions.recorded_at

from positions
