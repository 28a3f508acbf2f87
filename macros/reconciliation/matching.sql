{#- What the later matching rules share. The first rule wins: a rule reads only keys that no rule
    before it has matched, proposed or found ambiguous, in pairs whose registry row allows it. -#}
{% macro pool_after(rule, rules_before) -%}
    select
        pool.*,
        pairs.window_business_days
    from {{ ref('int_recon_pool') }} as pool
    inner join {{ ref('recon_pairs') }} as pairs
        on pool.pair_id = pairs.pair_id
    {% for model_name in rules_before -%}
    left join (
        -- One candidate may stand in several rows: it is gone all the same.
        select left_recon_key as recon_key from {{ ref(model_name) }}
        union
        select right_recon_key as recon_key from {{ ref(model_name) }}
    ) as gone_{{ loop.index }}
        on pool.recon_key = gone_{{ loop.index }}.recon_key
    {% endfor -%}
    where
        ' ' || pairs.match_rules || ' ' like '% {{ rule }} %'
        {%- for model_name in rules_before %}
        and gone_{{ loop.index }}.recon_key is null
        {%- endfor %}
{%- endmacro %}

{#- Two candidates for one key are no match: both go to the queue (domain 1.3, guard a). -#}
{% macro is_not_unique() -%}
    count(*) over (partition by left_recon_key) > 1 or count(*) over (partition by right_recon_key) > 1
{%- endmacro %}

{#- Left and right keys with one amount within the pair's window, in business days of the entity's
    calendar; `pool` is a step of that name. Two references that are both there and were not matched
    by an earlier rule contradict each other. -#}
{% macro candidates_by_amount(also='') -%}
    select
        left_pool.recon_key as left_recon_key,
        right_pool.recon_key as right_recon_key,
        left_pool.signed_amount,
        left_pool.reference_bare as left_reference,
        right_pool.reference_bare as right_reference,
        right_days.business_day_number - left_days.business_day_number as business_days_between

    from pool as left_pool

    inner join pool as right_pool
        on left_pool.pair_id = right_pool.pair_id
        and left_pool.legal_entity_code = right_pool.legal_entity_code
        and left_pool.currency = right_pool.currency
        and left_pool.signed_amount = right_pool.signed_amount

    inner join {{ ref('int_business_days') }} as left_days
        on left_pool.legal_entity_code = left_days.legal_entity_code
        and left_pool.occurred_on = left_days.calendar_on

    inner join {{ ref('int_business_days') }} as right_days
        on right_pool.legal_entity_code = right_days.legal_entity_code
        and right_pool.occurred_on = right_days.calendar_on

    where
        left_pool.side = 'L'
        and right_pool.side = 'R'
        and left_pool.signed_amount <> 0
        and abs(right_days.business_day_number - left_days.business_day_number)
        <= left_pool.window_business_days
        {{ also }}
{%- endmacro %}
