{#- Connected groups: every node takes the smallest label among its own and its neighbours', `rounds`
    times. Reaches chains of that length; a test proves that no edge joins two labels. Recursion is
    not used because engines differ in it. Emits CTEs; the last is round_<rounds>. -#}
{% macro spread_labels(nodes, edges, rounds) -%}
    round_0 as (

        select node_key, node_key as label from {{ nodes }}

    )
    {%- for number in range(1, rounds + 1) %},

    round_{{ number }} as (

        select
            labelled.node_key,
            least(labelled.label, coalesce(min(neighbours.label), labelled.label)) as label

        from round_{{ number - 1 }} as labelled

        left join {{ edges }} as edges
            on labelled.node_key = edges.from_key

        left join round_{{ number - 1 }} as neighbours
            on edges.to_key = neighbours.node_key

        group by labelled.node_key, labelled.label

    )
    {%- endfor %}
{%- endmacro %}
