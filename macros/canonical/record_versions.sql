{#- The entities whose every version is kept in state (design, state that outlives a rebuild). -#}
{% macro versioned_entities() -%}
    {{ return([
        'invoices', 'invoice_lines', 'credit_notes', 'credit_note_lines', 'document_applications', 'payments',
        'adjustments', 'refunds', 'disputes', 'bank_lines', 'ledger_documents', 'journal_lines', 'billing_runs', 'work_items',
    ]) }}
{%- endmacro %}

{#- This run's version of every record of the versioned entities: key, content as JSON text, hash. -#}
{% macro current_record_versions() -%}
    {%- for entity in versioned_entities() %}
    {%- set relation = ref('cdm_' ~ entity) %}
    {%- set names = canonical_columns(entity) %}
    {%- set id_column = names[2] if names else 'source_system' %}
    {{ "union all" if not loop.first }}
    select
        '{{ entity }}' as entity,
        {{ surrogate_key(['source_system', 'source_account', id_column]) }} as record_key,
        source_system,
        source_account,
        {{ json_of(names if names else ['source_system']) }} as payload,
        recorded_at
    from {{ relation }}
    {%- endfor %}
{%- endmacro %}

{#- The columns of a canonical entity, in the contract's order; empty while dbt parses. -#}
{% macro canonical_columns(entity) -%}
    {% set names = [] %}
    {% if execute %}
        {% for node in graph.nodes.values() if node.resource_type == 'model' and node.name == 'cdm_' ~ entity %}
            {% do names.extend(node.columns.keys()) %}
        {% endfor %}
    {% endif %}
    {{ return(names) }}
{%- endmacro %}

{#- A row as JSON text. Engines write JSON differently; text built here is the same on all, and so is
    its hash. -#}
{% macro json_of(names) -%}
    '{'
    {%- for name in names %}
    || '"{{ name }}":' || coalesce(
        '"' || replace(replace(cast({{ name }} as {{ dbt.type_string() }}), '\\', '\\\\'), '"', '\\"') || '"', 'null'
    ){{ " || ','" if not loop.last }}
    {%- endfor %} || '}'
{%- endmacro %}

{#- The versions of one entity that are past (superseded, deleted, or not in this run's extracts), read
    back from their payloads into the columns named. -#}
{% macro past_records(entity, columns) -%}
    select
        known_versions.record_key,
        {%- for name, data_type in columns.items() %}
        cast({{ json_text('known_versions.payload', name) }} as {{ data_type }}) as {{ name }},
        {%- endfor %}
        known_versions.known_from_at,
        known_versions.known_before_at

    from {{ ref('int_known_versions') }} as known_versions

    where known_versions.entity = '{{ entity }}' and known_versions.payload is not null
{%- endmacro %}

{#- One value of a payload, as text. -#}
{% macro json_text(payload, name) -%}
    {{ return(adapter.dispatch('json_text')(payload, name)) }}
{%- endmacro %}
{% macro default__json_text(payload, name) -%}
    get_json_object({{ payload }}, '$.{{ name }}')
{%- endmacro %}
{% macro duckdb__json_text(payload, name) -%}
    json_extract_string({{ payload }}, '$.{{ name }}')
{%- endmacro %}

{#- Text without the control characters that JSON does not allow as they are (json_of leaves them). -#}
{% macro without_control_characters(expression) -%}
    {{ return(adapter.dispatch('without_control_characters')(expression)) }}
{%- endmacro %}
{% macro default__without_control_characters(expression) -%}
    regexp_replace({{ expression }}, '[\\x00-\\x1F]', ' ')
{%- endmacro %}
{% macro duckdb__without_control_characters(expression) -%}
    regexp_replace({{ expression }}, '[\x00-\x1F]', ' ', 'g')
{%- endmacro %}

{#- When this run began, UTC. -#}
{% macro run_started() -%}
    cast('{{ run_started_at.strftime("%Y-%m-%d %H:%M:%S") }}' as timestamp)
{%- endmacro %}

{#- The versioned entities of which receivables are made, as text for SQL. -#}
{% macro receivable_entities() -%}
    'invoices', 'credit_notes', 'document_applications', 'adjustments', 'payments', 'refunds'
{%- endmacro %}
