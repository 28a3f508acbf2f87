{#- Grain: one record of a versioned entity as this run's extracts show it. -#}
with

versions as (

    {{ current_record_versions() }}

),

record_origins as (

    select * from {{ ref('int_record_origins') }}

)

select
    -- keys
    versions.entity,
    versions.record_key,
    versions.source_system,
    versions.source_account,

    -- attributes
    record_origins.raw_tables as raw_table,
    versions.payload,
    md5(versions.payload) as payload_hash,

    -- times
    versions.recorded_at

from versions

left join record_origins
    on versions.source_system = record_origins.source_system
    and versions.entity = record_origins.entity
