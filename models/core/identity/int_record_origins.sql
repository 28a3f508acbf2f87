{#- Grain: one entity of one system with the raw tables that deliver it. -#}
with

feed_filters as (

    -- A raw table that delivers an entity by several filters is named once.
    select distinct
        source_system,
        entity,
        raw_table

    from {{ ref('feed_filters') }}

)

select
    -- keys
    source_system,
    entity,

    -- attributes
    {{ dbt.listagg('raw_table', "', '", 'order by raw_table') }} as raw_tables

from feed_filters

group by source_system, entity
