{#- Grain: one KPI of one legal entity in one month, beside its target. -#}
with

observations as (

    select * from {{ ref('kpi_observations') }}

),

definitions as (

    select * from {{ ref('kpi_definitions') }}

)

select
    -- keys
    observations.kpi_id,
    observations.legal_entity_code,
    observations.period_month,

    -- attributes
    definitions.kpi_name,
    definitions.unit,
    definitions.owner,
    definitions.definition,
    case
        when observations.value is null then 'nothing to count'
        when observations.denominator < definitions.min_n then 'too few to judge'
        when definitions.target is null then 'no target'
        when definitions.direction = 'up' and observations.value >= definitions.target
            then 'on target'
        when definitions.direction = 'down' and observations.value <= definitions.target
            then 'on target'
        else 'off target'
    end as status,
    -- The month is over, and so is the time in which its cases may still change.
    observations.as_of_on >= cast(
        {{ dbt.dateadd(
            'day', 'definitions.window_days', dbt.dateadd('month', 1, 'observations.period_month')
        ) }} as date
    ) as is_mature,

    -- measures
    observations.numerator,
    observations.denominator,
    observations.excluded_count,
    observations.undetermined_count,
    observations.value,
    observations.value_strict,
    definitions.target,

    -- times
    observations.as_of_on

from observations

inner join definitions
    on observations.kpi_id = definitions.kpi_id
