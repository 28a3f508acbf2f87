{#- The rows of a file of actions with their times read. A day alone counts from, or ends with, its
    first instant. -#}
{% macro timed_actions(actions) -%}
    select
        {{ actions }}.*,
        coalesce(
            {{ to_utc(actions ~ '.effective_at') }},
            cast({{ to_bare_date(actions ~ '.effective_at') }} as timestamp)
        ) as effective_from_at,
        coalesce(
            {{ to_utc(actions ~ '.expires_at') }},
            cast({{ to_bare_date(actions ~ '.expires_at') }} as timestamp)
        ) as effective_before_at

    from {{ actions }}
{%- endmacro %}

{#- The branches of a `case` that say why an action of a known kind does not count, whatever it is
    about: who asks, who agrees, why, from when and for how long. -#}
{% macro when_a_decision_does_not_count(needs_reason='true', actions='typed', kinds='kinds') -%}
    when {{ actions }}.actor is null then 'the actor is empty'
        when {{ needs_reason }} and {{ actions }}.reason_code is null then 'the reason_code is empty'
        when {{ actions }}.effective_from_at is null then 'the effective_at is empty'
        when {{ kinds }}.needs_approver and {{ actions }}.approver is null then 'the approver is empty'
        when lower({{ actions }}.approver) = lower({{ actions }}.actor) then 'the approver is the actor'
{%- endmacro %}

{#- The same about its end. -#}
{% macro when_an_action_ends_wrongly(actions='typed', kinds='kinds') -%}
    when {{ kinds }}.needs_expiry and {{ actions }}.effective_before_at is null
            then 'the expires_at is empty'
        when {{ actions }}.effective_before_at <= {{ actions }}.effective_from_at
            then 'it ends before it begins'
        when
            {{ actions }}.effective_before_at
            > {{ dbt.dateadd('day', kinds ~ '.longest_days', actions ~ '.effective_from_at') }}
            then
                'it lasts more than '
                || cast({{ kinds }}.longest_days as {{ dbt.type_string() }}) || ' days'
{%- endmacro %}
