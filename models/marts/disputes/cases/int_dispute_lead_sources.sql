{#- Grain: one case with the source that says most about its amount, its reason and its cause. -#}
with

dispute_sources as (

    select * from {{ ref('dispute_sources') }}

),

source_kinds as (

    select * from {{ ref('dispute_source_kinds') }}

),

ranked as (

    select
        dispute_sources.*,
        source_kinds.amount_order,
        -- Money that moved weighs more than money that is asked for.
        row_number() over (
            partition by dispute_sources.dispute_case_key
            order by
                source_kinds.amount_order, dispute_sources.opened_at,
                dispute_sources.dispute_source_key
        ) as amount_rank,
        row_number() over (
            partition by dispute_sources.dispute_case_key
            order by
                case when dispute_sources.reason_category is null then 1 else 0 end,
                source_kinds.amount_order, dispute_sources.opened_at,
                dispute_sources.dispute_source_key
        ) as reason_rank,
        -- The last finding stands.
        row_number() over (
            partition by dispute_sources.dispute_case_key
            order by
                case when dispute_sources.root_cause_code is null then 1 else 0 end asc,
                dispute_sources.triaged_at desc, source_kinds.amount_order desc,
                dispute_sources.dispute_source_key asc
        ) as finding_rank

    from dispute_sources

    inner join source_kinds
        on dispute_sources.source_kind = source_kinds.source_kind

)

select
    -- keys
    dispute_case_key,

    -- attributes
    max(case when amount_rank = 1 then source_kind end) as lead_source_kind,
    max(case when reason_rank = 1 then reason_code end) as reason_code,
    max(case when reason_rank = 1 then network_code end) as network_code,
    max(case when reason_rank = 1 then reason_category end) as reason_category,
    max(case when reason_rank = 1 then hypothesis_root_cause_code end)
        as hypothesis_root_cause_code,
    max(case when reason_rank = 1 and is_system_hypothesis then 1 else 0 end) = 1
        as is_system_hypothesis,
    max(case when reason_rank = 1 then evidence_pack end) as evidence_pack,
    max(case when finding_rank = 1 then root_cause_code end) as root_cause_code,
    max(case when finding_rank = 1 and root_cause_code is not null then triaged_by end)
        as triaged_by,

    -- times
    max(case when finding_rank = 1 and root_cause_code is not null then triaged_at end)
        as triaged_at

from ranked

group by dispute_case_key
