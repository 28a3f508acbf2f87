{#- One row per legal entity: how many days a window of disputes has for it today. A row of the
    entity goes before the row for all. -#}
{% macro dispute_windows_of(window_code) -%}
    select
        entities.legal_entity_code,
        max(coalesce(particular.window_days, general.window_days)) as window_days

    from {{ ref('dim_legal_entities') }} as entities

    left join {{ ref('dispute_windows') }} as particular
        on entities.legal_entity_code = particular.legal_entity_code
        and particular.window_code = '{{ window_code }}'
        and particular.valid_from_on <= {{ as_of_date() }}
        and particular.valid_before_on > {{ as_of_date() }}

    left join {{ ref('dispute_windows') }} as general
        on general.legal_entity_code = '*'
        and general.window_code = '{{ window_code }}'
        and general.valid_from_on <= {{ as_of_date() }}
        and general.valid_before_on > {{ as_of_date() }}

    group by entities.legal_entity_code
{%- endmacro %}
