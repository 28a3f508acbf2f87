{#- Rows whose amount is no whole number of the minor unit of its currency. `amounts` lists
    (table, amount column, currency column). -#}
{% macro amounts_not_whole(amounts) -%}
    {%- for table, amount, currency in amounts %}
    select
        '{{ table }}' as table_name,
        '{{ amount }}' as column_name,
        count(*) as row_count
    from {{ ref(table) }} as posted
    inner join {{ ref('currencies') }} as currencies
        on posted.{{ currency }} = currencies.currency
    where not ({{ is_whole_in_minor_unit('posted.' ~ amount) }})
    having count(*) > 0
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endmacro %}
