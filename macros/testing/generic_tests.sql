{#- Law: one accepted row per record of a raw table and account, every row has a fate, and every row
    that was not taken says why. -#}
{% test accepted_once(model) %}
    select
        source_account,
        row_id,
        'accepted more than once' as violation
    from {{ model }}
    where row_disposition in ('accepted', 'deleted', 'test_mode')
    group by source_account, row_id
    having count(*) > 1

    union all

    select
        source_account,
        row_id,
        'no fate or no reason' as violation
    from {{ model }}
    where row_disposition is null or (row_disposition <> 'accepted' and disposition_reason is null)
{% endtest %}

{#- Law: a table has one row per meta.grain, and the grain and the columns that the contract calls
    filled are never null. -#}
{% test unique_grain(model) %}
    {%- set node = namespace(found=none) %}
    {%- if execute %}
        {%- for candidate in graph.nodes.values()
            if candidate.resource_type == 'model' and candidate.name == model.identifier %}
            {%- set node.found = candidate %}
        {%- endfor %}
    {%- endif %}
    {%- set grain = node.found.config.meta.grain if node.found else ['1'] %}
    {%- set filled = [] %}
    {%- for column in (node.found.columns.values() if node.found else []) if column_meta(column, 'filled') %}
        {%- do filled.append(column.name) %}
    {%- endfor %}

    select
        count(*) as row_count,
        'grain is not unique' as violation
    from {{ model }}
    group by {{ grain | join(', ') }}
    having count(*) > 1

    union all

    select
        count(*) as row_count,
        'grain or filled column is null' as violation
    from {{ model }}
    where
        {%- for name in grain + filled %}
        {{ "or " if not loop.first }}{{ name }} is null
        {%- endfor %}
    having count(*) > 0
{% endtest %}
