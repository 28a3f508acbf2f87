{#- Grain: one case with the legal entity, zone and clock by which its times are counted. -#}
with

cases as (

    select * from {{ ref('int_dispute_cases') }}

),

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

legal_entities as (

    select * from {{ ref('dim_legal_entities') }}

),

sla_policies as (

    select * from {{ ref('dispute_sla') }}

),

described as (

    select
        cases.dispute_case_key,
        -- The first source's entity; where it names none, that of one that does.
        coalesce(
            max(
                case
                    when cases.is_first_source and sources.legal_entity_code <> 'unassigned'
                        then sources.legal_entity_code
                end
            ),
            min(
                case
                    when sources.legal_entity_code <> 'unassigned' then sources.legal_entity_code
                end
            ),
            'unassigned'
        ) as legal_entity_code,
        -- P1 is the most urgent, and the letters are in that order.
        coalesce(min(sources.priority_code), '*') as priority_code,
        min(sources.opened_at) as opened_at

    from cases

    inner join sources
        on cases.dispute_source_key = sources.dispute_source_key

    group by cases.dispute_case_key

),

placed as (

    select
        described.*,
        coalesce(legal_entities.time_zone, 'UTC') as time_zone,
        {{ local_date('described.opened_at', "coalesce(legal_entities.time_zone, 'UTC')") }}
            as opened_on

    from described

    left join legal_entities
        on described.legal_entity_code = legal_entities.legal_entity_code

)

select
    -- keys
    placed.dispute_case_key,
    placed.legal_entity_code,

    -- attributes
    case when placed.priority_code <> '*' then placed.priority_code end as priority_code,

    -- measures
    cast(coalesce(particular.sla_business_minutes, general.sla_business_minutes) as int)
        as sla_business_minutes,

    -- times
    placed.opened_at,
    placed.opened_on,
    {{ start_of_day(
        'cast(' ~ dbt.dateadd('day', 1, as_of_date()) ~ ' as date)', 'placed.time_zone'
    ) }} as now_at,
    placed.time_zone

from placed

left join sla_policies as particular
    on placed.legal_entity_code = particular.legal_entity_code
    and placed.priority_code = particular.priority_code
    and placed.opened_on >= particular.valid_from_on
    and placed.opened_on < particular.valid_before_on

left join sla_policies as general
    on general.legal_entity_code = '*'
    and placed.priority_code = general.priority_code
    and placed.opened_on >= general.valid_from_on
    and placed.opened_on < general.valid_before_on
