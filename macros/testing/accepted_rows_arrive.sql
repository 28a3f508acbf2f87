{#- Law: what staging accepted arrives. Per mapping and account, the staged rows that the seed
    feed_filters names for it, and the checksum of their amounts (all currencies together: a figure
    for no person), are those of the mapping; and every mapping of the system is named there.
    `raw_tables` are the staged tables of the system: the filters know them by these names. -#}
{% macro accepted_rows_arrive(source_system, raw_tables) -%}
    {%- set entities = [] %}
    {%- for entity, feeders in var('feeds').items()
        if source_system in feeders and entity not in ['quarantined_rows', 'raw_counts'] %}
        {%- do entities.append(entity) %}
    {%- endfor %}
    {#- Called while parsing too: this is how dbt learns the edges. -#}
    {%- set staged = {} %}
    {%- for raw_table in raw_tables %}
        {%- do staged.update({raw_table: ref('stg_' ~ source_system ~ '__' ~ raw_table)}) %}
    {%- endfor %}
    {%- set mapped = {} %}
    {%- for entity in entities %}
        {%- do mapped.update({entity: ref('map_' ~ source_system ~ '__' ~ entity)}) %}
    {%- endfor %}
    {%- set filters = feed_filters_of(source_system, ref('feed_filters')) %}
    {%- set uncounted = filters | rejectattr('row_filter') | map(attribute='entity') | list %}
    {%- set counted = [] %}
    {%- for filter in filters if filter.entity in mapped and filter.entity not in uncounted %}
        {%- do counted.append(filter) %}
    {%- endfor %}
with

{% for raw_table, relation in staged.items() -%}
{{ raw_table }} as (select * from {{ relation }}),

{% endfor -%}
words as (select * from {{ ref('status_map') }} where source_system = '{{ source_system }}'),

currencies as (

    {{ currency_units(source_system) }}

),

taken as (

    {% for filter in counted -%}
    select
        '{{ filter.entity }}' as entity,
        staged.source_account,
        count(*) as row_count,
        {{ checksum(filter.staged_amount) }} as amount
    from {{ filter.raw_table }} as staged
    where {{ filter.row_filter }}
    group by staged.source_account
    {{ "union all" if not loop.last }}
    {% else -%}
    {{ no_counts() }}
    {% endfor %}

),

expected as (

    select
        entity,
        source_account,
        sum(row_count) as row_count,
        sum(amount) as amount
    from taken
    group by entity, source_account

),

arrived as (

    {% for entity in counted | map(attribute='entity') | unique -%}
    {%- set rows_of_entity = counted | selectattr('entity', 'equalto', entity) %}
    {%- set amounts = rows_of_entity | map(attribute='canonical_amount') | unique | list %}
    {%- if amounts | length > 1 %}
        {%- do exceptions.raise_compiler_error(
            'feed_filters: ' ~ source_system ~ ' ' ~ entity ~ ' has several canonical_amount: '
            ~ amounts | join(', ')
        ) %}
    {%- endif %}
    select
        '{{ entity }}' as entity,
        source_account,
        count(*) as row_count,
        {{ checksum(amounts[0]) }} as amount
    from {{ mapped[entity] }}
    group by source_account
    {{ "union all" if not loop.last }}
    {% else -%}
    {{ no_counts() }}
    {% endfor %}

)

select
    coalesce(expected.entity, arrived.entity) as entity,
    coalesce(expected.source_account, arrived.source_account) as source_account,
    'not all that was accepted arrived, or more did' as violation,
    expected.row_count as expected_row_count,
    arrived.row_count as arrived_row_count,
    expected.amount as expected_amount,
    arrived.amount as arrived_amount

from expected

full outer join arrived
    on expected.entity = arrived.entity
    and expected.source_account = arrived.source_account

where
    coalesce(expected.row_count, 0) <> coalesce(arrived.row_count, 0)
    or coalesce(expected.amount, 0) <> coalesce(arrived.amount, 0)
{%- for entity, violation in feed_filter_faults(source_system, filters, entities, raw_tables) %}

union all

select
    '{{ entity }}' as entity,
    cast(null as {{ dbt.type_string() }}) as source_account,
    '{{ violation }}' as violation,
    cast(null as bigint) as expected_row_count,
    cast(null as bigint) as arrived_row_count,
    cast(null as decimal(38, 12)) as expected_amount,
    cast(null as decimal(38, 12)) as arrived_amount
{%- endfor %}
{%- endmacro %}

{#- The rows of feed_filters of one system, read from the built seed: empty while dbt parses, and
    where nothing is built yet (a linter that only compiles). -#}
{% macro feed_filters_of(source_system, relation) -%}
    {%- set filters = [] %}
    {%- if execute and load_relation(relation) %}
        {%- set query %}
            select entity, raw_table, row_filter, staged_amount, canonical_amount, note
            from {{ relation }}
            where source_system = '{{ source_system }}'
            order by entity, raw_table, row_filter
        {%- endset %}
        {%- for row in run_query(query).rows %}
            {%- do filters.append({
                'entity': row[0], 'raw_table': row[1], 'row_filter': row[2],
                'staged_amount': row[3], 'canonical_amount': row[4], 'note': row[5],
            }) %}
        {%- endfor %}
    {%- endif %}
    {{ return(filters) }}
{%- endmacro %}

{#- [entity, what is wrong] for each mapping that feed_filters forgets, and for each of its rows that
    names nothing. -#}
{% macro feed_filter_faults(source_system, filters, entities, raw_tables) -%}
    {%- set faults = [] %}
    {%- set listed = filters | map(attribute='entity') | list %}
    {%- set prefix = 'map_' ~ source_system ~ '__' %}
    {%- if filters %}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.name.startswith(prefix) %}
            {%- set entity = node.name[prefix | length:] %}
            {%- if entity not in listed and entity not in ['quarantined_rows', 'raw_counts'] %}
                {%- do faults.append([entity, 'not in feed_filters']) %}
            {%- endif %}
        {%- endfor %}
        {%- for filter in filters %}
            {%- if filter.entity not in entities %}
                {%- do faults.append([filter.entity, 'in feed_filters, and no feed of vars.yml']) %}
            {%- elif filter.raw_table not in raw_tables %}
                {%- do faults.append([filter.entity, 'no raw table: ' ~ filter.raw_table]) %}
            {%- elif not filter.row_filter and not filter.note %}
                {%- do faults.append([filter.entity, 'not counted, and no note says why']) %}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {{ return(faults) }}
{%- endmacro %}

{#- The sum of an amount, to the twelve places that rates have; 0 where the entity has none. -#}
{% macro checksum(amount) -%}
    {%- if amount -%}
        cast(coalesce(sum(cast({{ amount }} as decimal(30, 12))), 0) as decimal(38, 12))
    {%- else -%}
        cast(0 as decimal(38, 12))
    {%- endif -%}
{%- endmacro %}

{% macro no_counts() -%}
    select
        cast(null as {{ dbt.type_string() }}) as entity,
        cast(null as {{ dbt.type_string() }}) as source_account,
        cast(null as bigint) as row_count,
        cast(null as decimal(38, 12)) as amount
    where 1 = 0
{%- endmacro %}
