{#- Grain: one case from an instant at which the state of one of its sources changed. -#}
with

cases as (

    select * from {{ ref('int_dispute_cases') }}

),

spans as (

    select * from {{ ref('int_dispute_source_spans') }}

),

states as (

    select * from {{ ref('dispute_state_kinds') }}

),

turns as (

    -- Two sources may change at one instant.
    select distinct
        cases.dispute_case_key,
        spans.entered_at

    from cases

    inner join spans
        on cases.dispute_source_key = spans.dispute_source_key

),

weighed as (

    select
        turns.dispute_case_key,
        turns.entered_at,
        -- The case is where its least finished source is.
        min(states.state_order) as state_order

    from turns

    inner join cases
        on turns.dispute_case_key = cases.dispute_case_key

    inner join spans
        on cases.dispute_source_key = spans.dispute_source_key
        and turns.entered_at >= spans.entered_at
        and (spans.left_at is null or turns.entered_at < spans.left_at)

    inner join states
        on spans.dispute_state = states.dispute_state

    group by turns.dispute_case_key, turns.entered_at

),

estimated as (

    select
        cases.dispute_case_key,
        spans.entered_at,
        max(case when spans.is_time_estimated then 1 else 0 end) as has_estimate

    from cases

    inner join spans
        on cases.dispute_source_key = spans.dispute_source_key

    group by cases.dispute_case_key, spans.entered_at

),

followed as (

    select
        weighed.*,
        states.dispute_state,
        states.is_open,
        states.pauses_clock,
        lag(weighed.state_order) over (
            partition by weighed.dispute_case_key order by weighed.entered_at
        ) as order_before,
        lag(states.is_open) over (
            partition by weighed.dispute_case_key order by weighed.entered_at
        ) as was_open

    from weighed

    inner join states
        on weighed.state_order = states.state_order

)

select
    -- keys
    followed.dispute_case_key,

    -- attributes
    followed.dispute_state,
    followed.is_open,
    followed.pauses_clock,
    followed.was_open is null as is_opening,
    coalesce(followed.is_open and not followed.was_open, false) as is_reopening,
    coalesce(not followed.is_open and followed.was_open, false) as is_resolution,
    estimated.has_estimate = 1 as is_time_estimated,

    -- times
    followed.entered_at

from followed

inner join estimated
    on followed.dispute_case_key = estimated.dispute_case_key
    and followed.entered_at = estimated.entered_at

where followed.order_before is null or followed.order_before <> followed.state_order
