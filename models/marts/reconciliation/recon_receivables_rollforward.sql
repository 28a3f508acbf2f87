{#- Grain: one movement of one form of the receivables in a legal entity, currency and period; its
    opening and its closing are movements like the others. -#}
with

months as (

    -- dim_dates has a row a day; a month is one.
    select distinct calendar_month as period_month from {{ ref('dim_dates') }}

),

movements as (

    select
        'open_items' as form,
        legal_entity_code,
        currency,
        functional_currency,
        movement,
        movement_amount,
        cast(null as decimal(38, 4)) as movement_amount_functional,
        period_month

    from {{ ref('int_recon_billing_movements') }}

    union all

    select
        'control_account' as form,
        legal_entity_code,
        currency,
        functional_currency,
        movement,
        movement_amount,
        movement_amount_functional,
        period_month

    from {{ ref('int_recon_control_movements') }}

),

spans as (

    select
        form,
        legal_entity_code,
        currency,
        max(functional_currency) as functional_currency,
        min(period_month) as first_period_month,
        greatest(max(period_month), {{ month_of(as_of_date()) }}) as last_period_month

    from movements

    group by form, legal_entity_code, currency

),

moved as (

    -- A period without a movement opens and closes all the same.
    select
        spans.form,
        spans.legal_entity_code,
        spans.currency,
        spans.functional_currency,
        months.period_month,
        {{ sum_amount('movements.movement_amount') }} as moved_amount,
        sum(movements.movement_amount_functional) as moved_amount_functional

    from spans

    inner join months
        on spans.first_period_month <= months.period_month
        and spans.last_period_month >= months.period_month

    left join movements
        on spans.form = movements.form
        and spans.legal_entity_code = movements.legal_entity_code
        and spans.currency = movements.currency
        and months.period_month = movements.period_month

    group by
        spans.form,
        spans.legal_entity_code,
        spans.currency,
        spans.functional_currency,
        months.period_month

),

closed as (

    select
        moved.*,
        sum(moved_amount) over (
            partition by form, legal_entity_code, currency order by period_month
        ) as closing_amount,
        sum(moved_amount_functional) over (
            partition by form, legal_entity_code, currency order by period_month
        ) as closing_amount_functional

    from moved

),

told as (

    select
        form,
        legal_entity_code,
        currency,
        functional_currency,
        movement,
        movement_amount,
        movement_amount_functional,
        period_month

    from movements

    union all

    select
        form,
        legal_entity_code,
        currency,
        functional_currency,
        'opening' as movement,
        closing_amount - moved_amount as movement_amount,
        closing_amount_functional - coalesce(moved_amount_functional, 0)
            as movement_amount_functional,
        period_month

    from closed

    union all

    select
        form,
        legal_entity_code,
        currency,
        functional_currency,
        'closing' as movement,
        closing_amount as movement_amount,
        closing_amount_functional as movement_amount_functional,
        period_month

    from closed

)

select
    -- keys
    form,
    legal_entity_code,

    -- attributes
    movement,
    currency,
    functional_currency,

    -- measures
    cast(movement_amount as decimal(38, 4)) as movement_amount,
    cast(movement_amount_functional as decimal(38, 4)) as movement_amount_functional,

    -- times
    period_month

from told
