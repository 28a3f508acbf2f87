{#- Grain: one record of a versioned entity as this run's extracts show it. -#}
with

versions as (

    {{ current_record_versions() }}

)

select
    -- keys
    entity,
    record_key,
    source_system,
    source_account,

    -- attributes
    payload,
    md5(payload) as payload_hash,

    -- times
    recorded_at

from versions
