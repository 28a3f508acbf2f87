{#- Grain: one customer, whatever number of systems know it. -#}
with

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

customers as (

    select * from {{ ref('cdm_customers') }}

),

parents as (

    -- Systems that name different parents are rare: the first by key stands.
    select
        children.customer_key,
        min(parent_ids.customer_key) as parent_customer_key

    from customers

    inner join customer_ids as children
        on customers.source_system = children.source_system
        and customers.source_account = children.source_account
        and customers.source_customer_id = children.source_customer_id

    inner join customer_ids as parent_ids
        on customers.source_system = parent_ids.source_system
        and customers.source_account = parent_ids.source_account
        and customers.source_parent_customer_id = parent_ids.source_customer_id

    where children.customer_key <> parent_ids.customer_key

    group by children.customer_key

),

grouped as (

    select
        customer_key,
        cast(count(*) as int) as source_id_count,
        cast(count(distinct source_system) as int) as source_system_count

    from customer_ids

    group by customer_key

),

representatives as (

    -- The customer's key is the key of one of its ids: that row gives the attributes.
    select * from customer_ids where customer_key = customer_id_key

)

select
    -- keys
    representatives.customer_key,
    representatives.source_system,
    representatives.source_account,
    representatives.source_customer_id,
    parents.parent_customer_key,

    -- attributes
    customers.country_code,
    customers.currency,
    customers.payment_terms_days,
    customers.is_deleted,
    grouped.source_id_count,
    grouped.source_system_count,

    -- times
    customers.created_at,
    customers.recorded_at

from representatives

inner join customers
    on representatives.source_system = customers.source_system
    and representatives.source_account = customers.source_account
    and representatives.source_customer_id = customers.source_customer_id

inner join grouped
    on representatives.customer_key = grouped.customer_key

left join parents
    on representatives.customer_key = parents.customer_key
