{#- The second law of row accounting: accepted staged to canonical. Per system, entity and account
    the rows that the seed feed_filters names in staging, and the checksum of their amounts (all
    currencies together: no figure for people), are those of the canonical table.

    Reads the canonical tables, not the mappings: these are views, and would be computed once more.
    Filters and amounts are SQL over one staged row, `staged`. Other staged tables of the system go
    by their raw names (order_ where that is a word of SQL), its rows of status_map by `words`, its
    currencies by `currencies`. -#}
{% macro accepted_rows_arrive() -%}
    {#- Called while parsing too: this is how dbt learns the edges. cdm_raw_counts reads every
        staged table, so that all of them are there when this test runs. -#}
    {%- set canonical = {} %}
    {%- for entity in var('feeds') %}
        {%- do canonical.update({entity: ref('cdm_' ~ entity)}) %}
    {%- endfor %}
    {%- set units = currency_units('') %}
    {%- set words = ref('status_map') %}
    {%- set filters = feed_filters(ref('feed_filters')) %}
    {%- set counted = filters | selectattr('row_filter') | selectattr('is_fed') | list %}
with

taken as (

    {% for source_system in counted | map(attribute='source_system') | unique -%}
    {{ staged_rows_taken(
        source_system, counted | selectattr('source_system', 'equalto', source_system), words
    ) }}
    {{ "union all" if not loop.last }}
    {% else -%}
    {{ no_counts() }}
    {%- endfor %}

),

expected as (

    select
        source_system,
        entity,
        source_account,
        sum(row_count) as row_count,
        sum(amount) as amount
    from taken
    group by source_system, entity, source_account

),

arrived as (

    {% for feed in counted | map(attribute='feed') | unique -%}
    {%- set filter = (counted | selectattr('feed', 'equalto', feed) | list)[0] %}
    select
        '{{ filter.source_system }}' as source_system,
        '{{ filter.entity }}' as entity,
        source_account,
        count(*) as row_count,
        {{ checksum(filter.canonical_amount) }} as amount
    from {{ canonical[filter.entity] }}
    where source_system = '{{ filter.source_system }}'
    group by source_account
    {{ "union all" if not loop.last }}
    {% else -%}
    {{ no_counts() }}
    {%- endfor %}

)

select
    coalesce(expected.source_system, arrived.source_system) as source_system,
    coalesce(expected.entity, arrived.entity) as entity,
    coalesce(expected.source_account, arrived.source_account) as source_account,
    'what was accepted is not what arrived' as violation,
    expected.row_count as expected_row_count,
    arrived.row_count as arrived_row_count,
    expected.amount as expected_amount,
    arrived.amount as arrived_amount

from expected

full outer join arrived
    on expected.source_system = arrived.source_system
    and expected.entity = arrived.entity
    and expected.source_account = arrived.source_account

where
    coalesce(expected.row_count, 0) <> coalesce(arrived.row_count, 0)
    or coalesce(expected.amount, 0) <> coalesce(arrived.amount, 0)
{%- for fault in feed_filter_faults(filters) %}

union all

select
    '{{ fault.source_system }}' as source_system,
    '{{ fault.entity }}' as entity,
    cast(null as {{ dbt.type_string() }}) as source_account,
    '{{ fault.violation }}' as violation,
    cast(null as bigint) as expected_row_count,
    cast(null as bigint) as arrived_row_count,
    cast(null as decimal(38, 12)) as expected_amount,
    cast(null as decimal(38, 12)) as arrived_amount
{%- endfor %}
{%- endmacro %}

{#- Count and checksum of the staged rows of one system that each of its feeds takes. A subquery of
    its own, because two systems may call a raw table by one name. -#}
{% macro staged_rows_taken(source_system, filters, words) -%}
    select * from (
        with

        {% for raw_table, relation in staged_relations(source_system).items() -%}
        {{ name_in_filters(raw_table) }} as (select * from {{ relation }}),

        {% endfor -%}
        words as (select * from {{ words }} where source_system = '{{ source_system }}'),

        currencies as (

            {{ currency_units(source_system) }}

        )

        {% for filter in filters -%}
        select
            '{{ source_system }}' as source_system,
            '{{ filter.entity }}' as entity,
            staged.source_account,
            count(*) as row_count,
            {{ checksum(filter.staged_amount) }} as amount
        from {{ name_in_filters(filter.raw_table) }} as staged
        where {{ filter.row_filter }}
        group by staged.source_account
        {{ "union all" if not loop.last }}
        {% endfor %}
    ) as {{ source_system }}_rows
{%- endmacro %}

{#- What a filter calls a raw table: its name, with an underscore behind it where SQL has reserved the
    word (order_). -#}
{% macro name_in_filters(raw_table) -%}
    {{ raw_table ~ '_' if raw_table in ['order', 'user', 'group', 'table'] else raw_table }}
{%- endmacro %}

{#- Raw table -> its staging model, of one system. -#}
{% macro staged_relations(source_system) -%}
    {%- set relations = {} %}
    {%- set prefix = 'stg_' ~ source_system ~ '__' %}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.name.startswith(prefix) %}
        {%- do relations.update({
            node.name[prefix | length:]: api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias
            )
        }) %}
    {%- endfor %}
    {{ return(relations) }}
{%- endmacro %}

{#- The rows of feed_filters of the systems that are on, read from the built seed: empty while dbt
    parses, and where nothing is built yet (a linter that only compiles). -#}
{% macro feed_filters(relation) -%}
    {%- set filters = [] %}
    {%- if execute and load_relation(relation) %}
        {%- set query %}
            select
                source_system,
                entity,
                raw_table,
                row_filter,
                staged_amount,
                canonical_amount,
                note
            from {{ relation }}
            order by source_system, entity, raw_table, row_filter
        {%- endset %}
        {%- for row in run_query(query).rows if is_system_on(row[0]) %}
            {%- do filters.append({
                'feed': row[0] ~ ' ' ~ row[1], 'source_system': row[0], 'entity': row[1],
                'raw_table': row[2], 'row_filter': row[3], 'staged_amount': row[4],
                'canonical_amount': row[5], 'note': row[6],
                'is_fed': row[0] in var('feeds').get(row[1], []),
            }) %}
        {%- endfor %}
    {%- endif %}
    {{ return(filters) }}
{%- endmacro %}

{#- What is wrong with feed_filters itself: mappings that it forgets, feeds that there are not or that
    it says contradictory things of. -#}
{% macro feed_filter_faults(filters) -%}
    {%- set faults = [] %}
    {%- set listed = filters | map(attribute='feed') | list %}
    {%- if filters %}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.name.startswith('map_') %}
            {%- set source_system, entity = node.name[4:].split('__') %}
            {%- if entity not in ['quarantined_rows', 'raw_counts']
                and source_system ~ ' ' ~ entity not in listed %}
                {%- do faults.append({
                    'source_system': source_system, 'entity': entity,
                    'violation': 'not in feed_filters',
                }) %}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {%- for filter in filters %}
        {%- set rows_of_feed = filters | selectattr('feed', 'equalto', filter.feed) | list %}
        {%- set amounts = rows_of_feed | map(attribute='canonical_amount') | unique | list %}
        {%- set kept = rows_of_feed | selectattr('row_filter') | list %}
        {%- if not filter.is_fed %}
            {%- do faults.append(dict(filter, violation='no feed of vars.yml')) %}
        {%- elif not filter.row_filter and not filter.note %}
            {%- do faults.append(dict(filter, violation='not counted, and no note says why')) %}
        {%- elif amounts | length > 1 or kept | length not in [0, rows_of_feed | length] %}
            {%- do faults.append(dict(filter, violation='the rows of this feed do not add up')) %}
        {%- endif %}
    {%- endfor %}
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
        cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as entity,
        cast(null as {{ dbt.type_string() }}) as source_account,
        cast(null as bigint) as row_count,
        cast(null as decimal(38, 12)) as amount
    where 1 = 0
{%- endmacro %}
