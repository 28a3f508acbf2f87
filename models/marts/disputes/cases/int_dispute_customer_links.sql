{#- Grain: one group of tickets without a document with the groups of its customer it may belong to. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

source_kinds as (

    select * from {{ ref('dispute_source_kinds') }}

),

grouped as (

    select * from {{ ref('int_dispute_groups') }}

),

anchors as (

    select dispute_source_key, count(*) as anchor_count
    from {{ ref('int_dispute_anchors') }}
    group by dispute_source_key

),

windows as (

    {{ dispute_windows_of('same_customer') }}

),

described as (

    select
        grouped.group_key,
        min(sources.customer_key) as customer_key,
        min(sources.legal_entity_code) as legal_entity_code,
        min(sources.root_cause_code) as first_cause_code,
        max(sources.root_cause_code) as last_cause_code,
        min(sources.opened_on) as opened_on,
        max(case when anchors.anchor_count > 0 then 1 else 0 end) as has_document,
        max(case when source_kinds.is_card then 1 else 0 end) as has_card

    from grouped

    inner join sources
        on grouped.dispute_source_key = sources.dispute_source_key

    inner join source_kinds
        on sources.source_kind = source_kinds.source_kind

    left join anchors
        on grouped.dispute_source_key = anchors.dispute_source_key

    group by grouped.group_key

),

loose as (

    select * from described where has_document = 0 and has_card = 0 and customer_key is not null

),

candidates as (

    select
        loose.group_key,
        documented.group_key as candidate_key

    from loose

    inner join windows
        on loose.legal_entity_code = windows.legal_entity_code

    inner join described as documented
        on loose.customer_key = documented.customer_key
        and documented.has_document = 1
        and abs({{ dbt.datediff('loose.opened_on', 'documented.opened_on', 'day') }})
        <= windows.window_days
        -- Another finding is another dispute.
        and (
            loose.first_cause_code is null
            or documented.first_cause_code is null
            or loose.first_cause_code = documented.first_cause_code
            or loose.first_cause_code = documented.last_cause_code
        )

)

select
    -- keys
    group_key,
    case when count(*) = 1 then min(candidate_key) end as joined_group_key,

    -- measures
    cast(count(*) as int) as candidate_count

from candidates

group by group_key
