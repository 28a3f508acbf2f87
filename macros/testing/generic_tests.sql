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

{#- Law: what came in goes out: the same number of rows and the same sums per system and currency in a
    fact as in its feed. Joined on both sides, so that what is missing on either is seen. -#}
{% test conserves(model, feed, amounts) %}
    {%- set by_currency = amounts | length > 0 %}
    with

    fed as (

        select
            source_system,
            {{ "coalesce(currency, '(none)')" if by_currency else "'(none)'" }} as currency,
            count(*) as row_count
            {%- for amount in amounts %},
            {{ sum_amount(amount) }} as {{ amount }}
            {%- endfor %}
        from {{ feed }}
        group by 1, 2

    ),

    kept as (

        select
            source_system,
            {{ "coalesce(currency, '(none)')" if by_currency else "'(none)'" }} as currency,
            count(*) as row_count
            {%- for amount in amounts %},
            {{ sum_amount(amount) }} as {{ amount }}
            {%- endfor %}
        from {{ model }}
        group by 1, 2

    )

    select
        coalesce(fed.source_system, kept.source_system) as source_system,
        coalesce(fed.currency, kept.currency) as currency,
        fed.row_count as fed_row_count,
        kept.row_count as kept_row_count

    from fed

    full outer join kept
        on fed.source_system = kept.source_system
        and fed.currency = kept.currency

    where
        coalesce(fed.row_count, 0) <> coalesce(kept.row_count, 0)
        {%- for amount in amounts %}
        or coalesce(fed.{{ amount }}, 0) <> coalesce(kept.{{ amount }}, 0)
        {%- endfor %}
{% endtest %}

{#- Law: no two rows of a reference table share these columns. -#}
{% test unique_rows(model, columns) %}
    select
        {{ columns | join(', ') }}
    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}

{#- Law: a mart has as many rows as what it is about, with the same sum. -#}
{% test conserves_rows(model, feed, amount) %}
    select
        kept.row_count,
        fed.row_count as fed_row_count
    from (select count(*) as row_count, {{ sum_amount(amount) }} as amount from {{ model }}) as kept
    cross join (select count(*) as row_count, {{ sum_amount(amount) }} as amount from {{ feed }}) as fed
    where kept.row_count <> fed.row_count or kept.amount <> fed.amount
{% endtest %}

{#- Law: every key that is there points at a row. `references` maps a key column to [table, its key];
    one query for all of a table's keys instead of a relationships test each. -#}
{% test keys_point_at_rows(model, references) %}
    {%- for key, target in references.items() %}
    select
        '{{ key }}' as key_column,
        count(*) as orphan_count
    from {{ model }} as pointing
    left join {{ target[0] }} as pointed
        on pointing.{{ key }} = pointed.{{ target[1] }}
    where pointing.{{ key }} is not null and pointed.{{ target[1] }} is null
    having count(*) > 0
    {{ "union all" if not loop.last }}
    {%- endfor %}
{% endtest %}
