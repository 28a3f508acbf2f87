{#- Grain: one customer id of one system and account, as that system describes the customer. -#}
with

customers as (

    select * from {{ ref('cdm_customers') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

)

select
    -- keys
    customer_ids.customer_id_key,
    customer_ids.customer_key,
    customers.source_system,
    customers.source_account,
    coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
    customers.source_customer_id,

    -- attributes
    customers.customer_name_hash,
    customers.country_code,
    customers.currency,
    customers.is_deleted,

    -- times
    customers.recorded_at

from customers

inner join customer_ids
    on customers.source_system = customer_ids.source_system
    and customers.source_account = customer_ids.source_account
    and customers.source_customer_id = customer_ids.source_customer_id

left join source_entities
    on customers.source_system = source_entities.source_system
    and customers.source_account = source_entities.source_account
    and coalesce(customers.source_entity_id, 'default') = source_entities.source_entity_id
