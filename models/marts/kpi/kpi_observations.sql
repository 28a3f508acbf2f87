{#- Grain: one KPI of one legal entity in one month, with what stands over and under the line. -#}
with

payment_intents as (

    select * from {{ ref('int_payment_intents') }}

),

definitions as (

    select * from {{ ref('kpi_definitions') }}

),

counted as (

    select
        'payment_success' as kpi_id,
        legal_entity_code,
        period_month,
        count(case when has_succeeded then 1 end) as numerator,
        count(
            case
                when has_succeeded or (not has_open_attempt and not is_last_decline_expected) then 1
            end
        ) as denominator,
        count(
            case
                when not has_succeeded and not has_open_attempt and is_last_decline_expected then 1
            end
        ) as excluded_count,
        count(case when not has_succeeded and has_open_attempt then 1 end) as undetermined_count

    from payment_intents

    group by legal_entity_code, period_month

    union all

    select
        'payment_success_intent' as kpi_id,
        legal_entity_code,
        period_month,
        count(case when has_succeeded then 1 end) as numerator,
        count(case when has_succeeded or not has_open_attempt then 1 end) as denominator,
        0 as excluded_count,
        count(case when not has_succeeded and has_open_attempt then 1 end) as undetermined_count

    from payment_intents

    group by legal_entity_code, period_month

    union all

    select
        'payment_success_attempt' as kpi_id,
        legal_entity_code,
        period_month,
        sum(succeeded_attempt_count) as numerator,
        sum(attempt_count - open_attempt_count) as denominator,
        0 as excluded_count,
        sum(open_attempt_count) as undetermined_count

    from payment_intents

    group by legal_entity_code, period_month

)

select
    -- keys
    counted.kpi_id,
    definitions.kpi_version,
    counted.legal_entity_code,
    counted.period_month,

    -- measures
    cast(counted.numerator as bigint) as numerator,
    cast(counted.denominator as bigint) as denominator,
    cast(counted.excluded_count as bigint) as excluded_count,
    cast(counted.undetermined_count as bigint) as undetermined_count,
    -- Nothing to count is unknown: neither 0 nor 100 %.
    case
        when counted.denominator <> 0
            then cast(cast(counted.numerator as decimal(18, 6)) / counted.denominator as decimal(18, 6))
    end as value,
    -- Strict: what is undetermined counts as failed.
    case
        when counted.denominator + counted.undetermined_count <> 0
            then cast(
                cast(counted.numerator as decimal(18, 6)) / (counted.denominator + counted.undetermined_count)
                as decimal(18, 6)
            )
    end as value_strict,

    -- times
    {{ as_of_date() }} as as_of_on

from counted

inner join definitions
    on counted.kpi_id = definitions.kpi_id
