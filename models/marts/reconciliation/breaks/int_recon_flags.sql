{#- Grain: one group that deserves a second look, with its flags: late_after_close, crosses_entity,
    ambiguous. -#}
with

grouped_legs as (

    select * from {{ ref('int_recon_grouped_legs') }}

),

fiscal_periods as (

    select * from {{ ref('fct_fiscal_periods') }} where not is_adjustment_period

),

links as (

    select * from {{ ref('int_recon_links') }} where link_status = 'ambiguous'

),

places as (

    select * from {{ ref('int_recon_caused_by_place') }} where break_code = 'wrong_entity'

),

flagged as (

    -- One group may be late with several legs: a flag is said once.
    select
        grouped_legs.recon_group_key,
        'late_after_close' as flag

    from grouped_legs

    inner join fiscal_periods
        on grouped_legs.legal_entity_code = fiscal_periods.legal_entity_code
        and grouped_legs.period_month = fiscal_periods.starts_on

    where fiscal_periods.is_closed and grouped_legs.recorded_at > fiscal_periods.closed_at

    union

    select
        recon_group_key,
        'crosses_entity' as flag

    from places

    union

    select
        left_recon_key as recon_group_key,
        'ambiguous' as flag

    from links

    union

    select
        right_recon_key as recon_group_key,
        'ambiguous' as flag

    from links

)

select
    -- keys
    recon_group_key,

    -- attributes
    {{ dbt.listagg('flag', "', '", 'order by flag') }} as flags

from flagged

group by recon_group_key
