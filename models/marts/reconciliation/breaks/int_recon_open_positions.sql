{#- Grain: one group at the end of one period in which it is not at zero: what is open then, up to
    the period of the day that the run looks from. -#}
with

items as (

    select * from {{ ref('int_recon_items') }}

),

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

months as (

    -- dim_dates has a row a day; a month is one.
    select distinct calendar_month as period_month
    from {{ ref('dim_dates') }}
    where calendar_month <= {{ month_of(as_of_date()) }}

),

last_months as (

    -- What stands in a later period than today's is open in its own.
    select
        recon_group_key,
        min(period_month) as first_period_month,
        greatest(max(period_month), {{ month_of(as_of_date()) }}) as last_period_month

    from items

    group by recon_group_key

),

all_months as (

    select period_month from months
    union
    select period_month from items

),

cumulated as (

    select
        last_months.recon_group_key,
        all_months.period_month,
        last_months.last_period_month,
        {{ sum_amount('items.residual_amount') }} as open_amount,
        min(items.first_occurred_on) as first_occurred_on

    from last_months

    inner join all_months
        on last_months.first_period_month <= all_months.period_month
        and last_months.last_period_month >= all_months.period_month

    inner join items
        on last_months.recon_group_key = items.recon_group_key
        and all_months.period_month >= items.period_month

    group by last_months.recon_group_key, all_months.period_month, last_months.last_period_month

)

select
    -- keys
    cumulated.recon_group_key,
    loose_groups.pair_id,
    loose_groups.legal_entity_code,
    loose_groups.natural_key,

    -- attributes
    loose_groups.currency,
    cumulated.period_month = cumulated.last_period_month as is_latest,
    loose_groups.match_status = 'matched_tolerance' as is_tolerated,

    -- measures
    cumulated.open_amount,

    -- times
    cumulated.period_month,
    cumulated.first_occurred_on

from cumulated

inner join loose_groups
    on cumulated.recon_group_key = loose_groups.recon_group_key

where cumulated.open_amount <> 0
