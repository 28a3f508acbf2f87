{#- Grain: one leg of R14: a customer as billing describes it (left) or as one other system does (right);
    only what both tell is compared. -#}
with

billing_systems as (

    select distinct source_system from {{ ref('fct_subscriptions') }}

),

described as (

    -- A customer may have several ids in a system, merged ones above all: their values are a set.
    select
        customer_ids.customer_key,
        case when billing_systems.source_system is null then customer_ids.source_system else 'billing' end
            as told_by,
        min(customer_ids.source_customer_id) as natural_key,
        min(customer_ids.legal_entity_code) as legal_entity_code,
        {{ set_of_values('customer_ids.country_code') }} as country_codes,
        {{ set_of_values('customer_ids.currency') }} as currencies,
        {{ set_of_values('customer_ids.customer_name_hash') }} as name_hashes,
        max(customer_ids.recorded_at) as recorded_at

    from {{ ref('dim_customer_ids') }} as customer_ids

    left join billing_systems
        on customer_ids.source_system = billing_systems.source_system

    group by 1, 2

),

billing as (

    select * from described where told_by = 'billing'

),

elsewhere as (

    select * from described where told_by <> 'billing'

),

compared as (

    select
        coalesce(billing.customer_key, elsewhere.customer_key) as customer_key,
        coalesce(elsewhere.told_by, 'no other system') as told_by,
        billing.natural_key as left_key,
        elsewhere.natural_key as right_key,
        billing.legal_entity_code as left_entity_code,
        -- Whoever keeps customers without entities is laid beside billing's.
        coalesce(billing.legal_entity_code, elsewhere.legal_entity_code) as right_entity_code,
        billing.recorded_at as left_recorded_at,
        elsewhere.recorded_at as right_recorded_at,
        case when elsewhere.country_codes is not null then billing.country_codes end as left_country,
        case when billing.country_codes is not null then elsewhere.country_codes end as right_country,
        case when elsewhere.currencies is not null then billing.currencies end as left_currency,
        case when billing.currencies is not null then elsewhere.currencies end as right_currency,
        case when elsewhere.name_hashes is not null then billing.name_hashes end as left_name,
        case when billing.name_hashes is not null then elsewhere.name_hashes end as right_name

    from billing

    full outer join elsewhere
        on billing.customer_key = elsewhere.customer_key

),

sides as (

    select
        'L' as side,
        customer_key,
        told_by,
        left_key as natural_key,
        left_entity_code as legal_entity_code,
        left_recorded_at as recorded_at,
        'country ' || coalesce(left_country, '-') || ', currency ' || coalesce(left_currency, '-')
        || ', name ' || coalesce(left_name, '-') as compared_value,
        case when right_key is null then 'no other system knows the customer' end
            as out_of_scope_reason

    from compared

    where left_key is not null

    union all

    select
        'R' as side,
        customer_key,
        told_by,
        right_key as natural_key,
        right_entity_code as legal_entity_code,
        right_recorded_at as recorded_at,
        'country ' || coalesce(right_country, '-') || ', currency ' || coalesce(right_currency, '-')
        || ', name ' || coalesce(right_name, '-') as compared_value,
        case when left_key is null then 'billing does not know the customer' end
            as out_of_scope_reason

    from compared

    where right_key is not null

)

select
    'R14' as pair_id,
    side,
    'customer ' || customer_key || ' ' || told_by || ' ' || side as leg_key,
    'customer ' || customer_key || ' ' || told_by as clear_key,
    natural_key,
    legal_entity_code,
    customer_key,
    'dim_customers' as source_table,
    customer_key as source_key,
    'customer' as document_kind,
    cast(null as {{ dbt.type_string() }}) as account_code,
    'XXX' as currency,
    cast(null as {{ dbt.type_string() }}) as functional_currency,
    cast(null as {{ dbt.type_string() }}) as reference_raw,
    compared_value,
    out_of_scope_reason,
    cast(0 as decimal(18, 4)) as signed_amount,
    cast(null as decimal(18, 4)) as signed_amount_functional,
    cast(null as decimal(18, 4)) as part_amount,
    0 as rounded_item_count,
    {{ as_of_date() }} as occurred_on,
    cast({{ dbt.date_trunc('month', as_of_date()) }} as date) as period_month,
    {{ as_of_date() }} as due_on,
    recorded_at

from sides
