{#- Grain: one record that an earlier published run has seen, with the moment it first did. -#}
with

record_versions as (

    select * from {{ source('state', 'record_versions') }}

)

select
    -- keys
    entity,
    record_key,

    -- times
    min(first_recorded_at) as first_recorded_at

from record_versions

group by entity, record_key
