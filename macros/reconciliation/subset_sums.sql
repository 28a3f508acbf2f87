{#- Sums of two to six left keys of one customer within the window that make one right key, where at
    most 20 of them could (domain 1.3, M8). Each level adds one more key, always a later one, so
    every sum is counted once; `pool` is a step of that name. -#}
{% macro subset_sums(most=6, largest_pool=20) -%}
    with candidates as (
        select
            right_pool.recon_key as right_recon_key,
            right_pool.signed_amount as target_amount,
            left_pool.customer_key,
            left_pool.recon_key as left_recon_key,
            left_pool.signed_amount as amount,
            count(*) over (partition by right_pool.recon_key, left_pool.customer_key) as candidate_count

        from pool as right_pool

        inner join pool as left_pool
            on right_pool.pair_id = left_pool.pair_id
            and right_pool.legal_entity_code = left_pool.legal_entity_code
            and right_pool.currency = left_pool.currency

        inner join {{ ref('int_business_days') }} as left_days
            on left_pool.legal_entity_code = left_days.legal_entity_code
            and left_pool.occurred_on = left_days.calendar_on

        inner join {{ ref('int_business_days') }} as right_days
            on right_pool.legal_entity_code = right_days.legal_entity_code
            and right_pool.occurred_on = right_days.calendar_on

        where
            right_pool.side = 'R'
            and left_pool.side = 'L'
            and left_pool.customer_key is not null
            and (right_pool.customer_key is null or right_pool.customer_key = left_pool.customer_key)
            and left_pool.signed_amount > 0
            and left_pool.signed_amount < right_pool.signed_amount
            and abs(right_days.business_day_number - left_days.business_day_number)
            <= right_pool.window_business_days
    ),

    few as (
        select * from candidates where candidate_count <= {{ largest_pool }}
    ),

    sums_1 as (
        select
            right_recon_key,
            target_amount,
            customer_key,
            left_recon_key as last_key,
            cast(amount as decimal(38, 4)) as sum_amount,
            left_recon_key as left_key_1
            {%- for n in range(2, most + 1) %},
            cast(null as {{ dbt.type_string() }}) as left_key_{{ n }}
            {%- endfor %}
        from few
    )

    {%- for level in range(2, most + 1) %},

    sums_{{ level }} as (
        select
            shorter.right_recon_key,
            shorter.target_amount,
            shorter.customer_key,
            few.left_recon_key as last_key,
            cast(shorter.sum_amount + few.amount as decimal(38, 4)) as sum_amount,
            {%- for n in range(1, most + 1) %}
            {{ 'few.left_recon_key' if n == level else 'shorter.left_key_' ~ n }} as left_key_{{ n }}
            {{- "," if not loop.last }}
            {%- endfor %}
        from sums_{{ level - 1 }} as shorter
        inner join few
            on shorter.right_recon_key = few.right_recon_key
            and shorter.customer_key = few.customer_key
            and shorter.last_key < few.left_recon_key
        where shorter.sum_amount + few.amount <= shorter.target_amount
    )
    {%- endfor %}

    {% for level in range(2, most + 1) %}
    select
        right_recon_key,
        {%- for n in range(1, most + 1) %}
        left_key_{{ n }}{{ "," if not loop.last }}
        {%- endfor %}
    from sums_{{ level }}
    where sum_amount = target_amount
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- The keys of each sum, one a row. -#}
{% macro members_of_sums(counted, most=6) -%}
    {% for n in range(1, most + 1) %}
    select
        left_key_{{ n }} as left_recon_key,
        right_recon_key,
        solution_count
    from {{ counted }}
    where left_key_{{ n }} is not null
    {{ "union all" if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- How alike two references are, 0 to 1. -#}
{% macro likeness(left, right) -%}
    {{ return(adapter.dispatch('likeness')(left, right)) }}
{%- endmacro %}
{#- No Jaro-Winkler there: the share of letters that need no edit. -#}
{% macro default__likeness(left, right) -%}
    1 - levenshtein({{ left }}, {{ right }}) / greatest(length({{ left }}), length({{ right }}))
{%- endmacro %}
{% macro duckdb__likeness(left, right) -%}
    jaro_winkler_similarity({{ left }}, {{ right }})
{%- endmacro %}
