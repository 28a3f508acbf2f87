{#- Grain: one legal entity, and one row for what no entity is named for. -#}
with

legal_entities as (

    select * from {{ ref('legal_entities') }}

)

select
    -- keys
    legal_entity_code,

    -- attributes
    legal_entity_name,
    functional_currency,
    time_zone,
    fiscal_calendar_code,
    country_code

from legal_entities
