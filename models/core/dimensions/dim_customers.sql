{#- Grain: one customer, whatever number of systems know it. -#}
with

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

customers as (

    select * from {{ ref('cdm_customers') }}

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
