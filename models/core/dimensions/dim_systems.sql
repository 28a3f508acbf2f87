{#- Grain: one source system of the bus matrix. -#}
with

systems as (

    {{ systems_of_the_bus_matrix() }}

)

select
    -- keys
    source_system,

    -- attributes
    is_switched_on,
    fed_entity_count

from systems
