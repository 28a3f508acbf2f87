{#- Grain: one entity id of one source system and account, with its legal entity. -#}
with

assignments as (

    select * from {{ ref('legal_entity_map') }}

),

legal_entities as (

    select * from {{ ref('legal_entities') }}

)

select
    -- keys
    assignments.source_system,
    assignments.source_account,
    assignments.source_entity_id,
    assignments.legal_entity_code,

    -- attributes
    legal_entities.functional_currency,
    legal_entities.time_zone

from assignments

inner join legal_entities
    on assignments.legal_entity_code = legal_entities.legal_entity_code
