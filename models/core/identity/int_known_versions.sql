{#- Grain: one version of a record behind the receivables that state knows and the facts do not tell:
    one that is past, or the present one where it was first known at another time than the record. -#}
with

record_versions as (

    select *
    from {{ source('state', 'record_versions') }}
    where entity in ({{ receivable_entities() }}) and not deleted_in_extract

),

extract_files as (

    select * from {{ source('state', 'extract_files') }}

),

run_log as (

    select * from {{ source('state', 'run_log') }} where published_at is not null

),

latest_versions as (

    select * from record_versions where superseded_at is null

),

current_versions as (

    select * from {{ ref('int_record_versions') }} where entity in ({{ receivable_entities() }})

),

first_recorded as (

    select * from {{ ref('int_first_recorded') }} where entity in ({{ receivable_entities() }})

),

last_runs as (

    select
        extract_files.source_system,
        max(run_log.started_at) as last_run_at

    from extract_files

    inner join run_log
        on extract_files.run_id = run_log.run_id

    group by extract_files.source_system

),

compared as (

    -- Deleted last night and here again today: there is no latest version, and today's is new.
    select
        current_versions.entity,
        current_versions.record_key,
        current_versions.recorded_at,
        current_versions.payload_hash = latest_versions.payload_hash as is_unchanged,
        latest_versions.first_recorded_at

    from first_recorded

    inner join current_versions
        on first_recorded.entity = current_versions.entity
        and first_recorded.record_key = current_versions.record_key

    left join latest_versions
        on first_recorded.entity = latest_versions.entity
        and first_recorded.record_key = latest_versions.record_key

),

present as (

    select
        entity,
        record_key,
        case when is_unchanged then first_recorded_at else {{ run_started() }} end as known_from_at,
        recorded_at

    from compared

    union all

    -- Late: the source says that it knew the record then, but the run after that did not see it.
    select
        current_versions.entity,
        current_versions.record_key,
        {{ run_started() }} as known_from_at,
        current_versions.recorded_at

    from last_runs

    inner join current_versions
        on last_runs.source_system = current_versions.source_system
        and last_runs.last_run_at >= current_versions.recorded_at

    left join first_recorded
        on current_versions.entity = first_recorded.entity
        and current_versions.record_key = first_recorded.record_key

    where first_recorded.record_key is null

),

past as (

    select
        record_versions.entity,
        record_versions.record_key,
        record_versions.payload,
        record_versions.first_recorded_at as known_from_at,
        coalesce(record_versions.superseded_at, {{ run_started() }}) as known_before_at

    from record_versions

    left join compared
        on record_versions.entity = compared.entity
        and record_versions.record_key = compared.record_key

    -- The latest version is past too where this run shows another one, or none.
    where record_versions.superseded_at is not null or not coalesce(compared.is_unchanged, false)

)

select
    -- keys
    entity,
    record_key,

    -- attributes
    {{ without_control_characters('payload') }} as payload,

    -- times
    known_from_at,
    known_before_at

from past

where known_from_at < known_before_at

union all

select
    -- keys
    entity,
    record_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as payload,

    -- times
    known_from_at,
    cast(null as timestamp) as known_before_at

from present

where recorded_at is null or known_from_at <> recorded_at
