{#- What the models that find exceptions share. -#}

{#- A query that runs as it stands on the published file: the rows of `relation` where each column
    equals a value of the exception's row. `keys` maps columns of the relation, or expressions of
    them, to expressions. -#}
{% macro drill_down(relation, keys) -%}
    'select * from {{ relation }} where '
    {%- for name, value in keys.items() %}
    || '{{ name | replace("'", "''") }} = ' || {{ as_sql_text(value) }}
    {%- if not loop.last %} || ' and '{% endif %}
    {%- endfor %}
{%- endmacro %}

{#- A text as it stands in a query: quoted, with its own quotes doubled. -#}
{% macro as_sql_text(expression) -%}
    '''' || replace({{ expression }}, '''', '''''') || ''''
{%- endmacro %}

{#- The parts of a key that people read, with a bar between them; an empty part stays a part. -#}
{% macro joined_key(parts) -%}
    {% for part in parts -%}
    coalesce({{ part }}, ''){{ " || '|' || " if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The digits that a document number ends with. -#}
{% macro digits_at_end(number) -%}
    {{ return(adapter.dispatch('digits_at_end')(number)) }}
{%- endmacro %}
{% macro default__digits_at_end(number) -%}
    regexp_extract({{ number }}, '([0-9]*)$', 1)
{%- endmacro %}

{#- One branch for each fact: its rows that name something which is not in the warehouse, counted for
    each document. `things` are the flags, without is_ and _resolved; `document` is the fact and key
    that people look for, `number` what they call it; `only` leaves out what names its things in another way. -#}
{% macro unresolved_references(facts) -%}
    {% for fact in facts %}
    select
        '{{ fact.table }}' as source_table,
        facts.source_system,
        facts.source_account,
        facts.legal_entity_code,
        '{{ fact.document }}' as document_kind,
        '{{ fact.id }}' as id_column,
        'is_{{ fact.things.split(' ') | join('_resolved and is_') }}_resolved' as all_resolved,
        facts.{{ fact.id }} as source_document_id,
        min(facts.{{ fact.key }}) as source_key,
        {{ "min(facts.customer_key)" if fact.has_customer else "cast(null as " ~ dbt.type_string() ~ ")" }} as customer_key,
        {%- for thing in fact.things.split(' ') %}
        max(case when not facts.is_{{ thing }}_resolved then ' {{ thing }}' else '' end)
        {{- " ||" if not loop.last }}
        {%- endfor %} as missing_things,
        count(*) as row_count,
        cast(sum(abs(facts.{{ fact.amount }})) as decimal(38, 4)) as amount_at_risk_reporting,
        min(facts.{{ fact.date }}) as occurred_on

    from {{ ref(fact.table) }} as facts

    where not (
        {%- for thing in fact.things.split(' ') %}
        facts.is_{{ thing }}_resolved{{ " and" if not loop.last }}
        {%- endfor %}
    )
    {{ "and " ~ fact.only if fact.only }}

    group by
        facts.source_system, facts.source_account, facts.legal_entity_code, facts.{{ fact.id }}
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- One branch for each fact and purpose: its amounts without a rate into the books (functional) or
    into the reporting currency, summed for each entity and pair of currencies. -#}
{% macro amounts_without_rate(facts) -%}
    {% for fact in facts %}
    {% for purpose in ['functional', 'reporting'] %}
    select
        '{{ fact.table }}' as source_table,
        '{{ fact.amount }}' as amount_column,
        '{{ purpose }}' as purpose,
        facts.legal_entity_code,
        facts.currency as from_currency,
        {{ "facts.functional_currency" if purpose == "functional" else "'" ~ var("reporting_currency") ~ "'" }} as to_currency,
        count(*) as row_count,
        {{ sum_amount('abs(facts.' ~ fact.amount ~ ')') }} as unconverted_amount,
        min(facts.{{ fact.date }}) as first_on,
        max(facts.{{ fact.date }}) as last_on

    from {{ ref(fact.table) }} as facts

    -- An entity that is not known has no books: that is another exception.
    -- What has no day yet (a draft, an unpaid payment) needs no rate yet.
    where facts.{{ fact.amount }} <> 0 and facts.{{ fact.amount }}_{{ purpose }} is null
        and facts.{{ fact.date }} is not null
        {{- " and facts.functional_currency is not null" if purpose == "functional" }}

    group by facts.legal_entity_code, facts.currency, facts.functional_currency
    {{ "union all" if not loop.last }}
    {% endfor %}
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}
