{#- Whether two intervals of knowledge, [known_from_at, known_before_at), have a moment in common; an
    empty end is open. -#}
{% macro known_together(one, other) -%}
    {{ one }}.known_from_at < coalesce({{ other }}.known_before_at, {{ end_of_time() }})
    and {{ other }}.known_from_at < coalesce({{ one }}.known_before_at, {{ end_of_time() }})
{%- endmacro %}

{#- The moment from which both are known. -#}
{% macro both_known_from(one, other) -%}
    greatest({{ one }}.known_from_at, {{ other }}.known_from_at)
{%- endmacro %}

{#- The moment at which one of both is no longer known; null while both are. -#}
{% macro both_known_before(one, other) -%}
    case
        when {{ one }}.known_before_at is null then {{ other }}.known_before_at
        when {{ other }}.known_before_at is null then {{ one }}.known_before_at
        else least({{ one }}.known_before_at, {{ other }}.known_before_at)
    end
{%- endmacro %}

{% macro end_of_time() -%}
    cast('9999-12-31 00:00:00' as timestamp)
{%- endmacro %}
