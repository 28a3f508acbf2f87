{#- Grain: one opening or closing balance of a bank statement. -#}
with

statements as (

    select * from {{ ref('stg_bank__statement') }} where row_disposition = 'accepted'

),

positions as (

    select
        statements.*,
        'opening' as balance_position,
        statements.opening_balance_amount as balance_amount,
        statements.from_date as balance_on
    from statements

    union all

    select
        statements.*,
        'closing' as balance_position,
        statements.closing_balance_amount as balance_amount,
        statements.to_date as balance_on
    from statements

)

select
    'bank' as source_system,
    positions.source_account,
    positions.statement_id || '|' || positions.balance_position as source_balance_id,
    positions.account_id as source_entity_id,
    'bank' as balance_kind,
    positions.account_id as source_balance_account_id,
    positions.balance_position,
    positions.currency,
    positions.balance_amount,
    cast(null as {{ dbt.type_string() }}) as functional_currency,
    cast(null as decimal(18, 4)) as balance_amount_functional,
    cast(null as timestamp) as balance_at,
    positions.balance_on,
    positions.synced_at as recorded_at

from positions
