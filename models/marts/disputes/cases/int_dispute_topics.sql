{#- Grain: one source of a dispute at one document, in the contest of that document it belongs to. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

anchors as (

    select * from {{ ref('int_dispute_anchors') }}

),

windows as (

    {{ dispute_windows_of('same_document') }}

),

spans as (

    select
        anchors.anchor_key,
        sources.dispute_source_key,
        sources.root_cause_code,
        sources.opened_at,
        sources.opened_on,
        cast(
            {{ dbt.dateadd(
                'day', 'windows.window_days', 'coalesce(sources.closed_on, ' ~ as_of_date() ~ ')'
            ) }} as date
        ) as reaches_on

    from anchors

    inner join sources
        on anchors.dispute_source_key = sources.dispute_source_key

    inner join windows
        on sources.legal_entity_code = windows.legal_entity_code

),

reached as (

    select
        spans.*,
        max(reaches_on) over (
            partition by anchor_key
            order by opened_at, dispute_source_key
            rows between unbounded preceding and 1 preceding
        ) as reached_on

    from spans

),

contests as (

    select
        reached.*,
        sum(case when reached_on is null or opened_on > reached_on then 1 else 0 end) over (
            partition by anchor_key
            order by opened_at, dispute_source_key
            rows between unbounded preceding and current row
        ) as contest_number

    from reached

),

judged as (

    select
        contests.*,
        coalesce(
            min(root_cause_code) over (partition by anchor_key, contest_number)
            <> max(root_cause_code) over (partition by anchor_key, contest_number), false
        ) as has_two_causes

    from contests

),

split as (

    -- Two findings are two disputes; who has no finding then belongs to neither.
    select
        judged.*,
        case when has_two_causes then coalesce(root_cause_code, dispute_source_key) else '' end
            as topic_code,
        has_two_causes and root_cause_code is null as is_link_ambiguous

    from judged

)

select
    -- keys
    dispute_source_key,
    anchor_key,
    first_value(dispute_source_key) over (
        partition by anchor_key, contest_number, topic_code
        order by opened_at, dispute_source_key
    ) as first_source_key,

    -- attributes
    is_link_ambiguous

from split
