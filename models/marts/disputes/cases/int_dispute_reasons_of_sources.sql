{#- Grain: one source of a dispute with what its reason code suggests, and where its trouble came from. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

reasons as (

    select * from {{ ref('dispute_reasons') }}

),

work_items as (

    select * from {{ ref('fct_work_items') }}

),

config_changes as (

    select
        work_item_key,
        count(*) as change_count

    from {{ ref('fct_config_changes') }}

    where work_item_key is not null

    group by work_item_key

),

ranked as (

    -- The row for this network goes before the row for this system, and that before the row for all.
    select
        sources.dispute_source_key,
        reasons.reason_category,
        reasons.hypothesis_root_cause_code,
        reasons.is_system_hypothesis,
        reasons.evidence_pack,
        row_number() over (
            partition by sources.dispute_source_key
            order by
                case when reasons.network_code = sources.network_code then 0 else 1 end,
                case when reasons.source_system = sources.source_system then 0 else 1 end
        ) as reason_rank

    from sources

    inner join reasons
        on sources.reason_code = reasons.reason_code
        and reasons.source_system in (sources.source_system, '*')
        and reasons.network_code in (coalesce(sources.network_code, '*'), '*')
        and sources.opened_on >= reasons.valid_from_on
        and sources.opened_on < reasons.valid_before_on

),

caused as (

    -- A ticket names an incident, or a change; an incident may name the change that made it.
    select
        sources.dispute_source_key,
        case when first_causes.work_item_kind = 'incident' then first_causes.work_item_key end
            as incident_work_item_key,
        case
            when first_causes.work_item_kind = 'change' then first_causes.work_item_key
            when second_causes.work_item_kind = 'change' then second_causes.work_item_key
        end as change_work_item_key

    from sources

    inner join work_items as issues
        on sources.work_item_key = issues.work_item_key

    inner join work_items as first_causes
        on issues.source_system = first_causes.source_system
        and issues.source_account = first_causes.source_account
        and issues.caused_by_source_work_item_id = first_causes.source_work_item_id

    left join work_items as second_causes
        on first_causes.source_system = second_causes.source_system
        and first_causes.source_account = second_causes.source_account
        and first_causes.caused_by_source_work_item_id = second_causes.source_work_item_id

)

select
    -- keys
    sources.dispute_source_key,
    caused.incident_work_item_key,
    caused.change_work_item_key,

    -- attributes
    ranked.reason_category,
    ranked.hypothesis_root_cause_code,
    coalesce(ranked.is_system_hypothesis, false) as is_system_hypothesis,
    ranked.evidence_pack,
    sources.reason_code is null or ranked.dispute_source_key is not null as is_reason_known,

    -- measures
    cast(coalesce(config_changes.change_count, 0) as int) as config_change_count

from sources

-- Rows of other networks and systems suit less.
left join ranked
    on sources.dispute_source_key = ranked.dispute_source_key
    and ranked.reason_rank = 1

left join caused
    on sources.dispute_source_key = caused.dispute_source_key

left join config_changes
    on caused.change_work_item_key = config_changes.work_item_key
