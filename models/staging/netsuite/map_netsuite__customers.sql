{#- Grain: one NetSuite customer, deleted ones included. -#}
with

customers as (

    select * from {{ ref('stg_netsuite__customer') }}
    where row_disposition in ('accepted', 'deleted')

),

currencies as (

    select * from {{ ref('stg_netsuite__currency') }} where row_disposition = 'accepted'

)

select
    'netsuite' as source_system,
    customers.source_account,
    customers.customer_id as source_customer_id,
    'default' as source_entity_id,
    customers.parent_customer_id as source_parent_customer_id,
    cast(null as {{ dbt.type_string() }}) as source_bill_to_customer_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_source_customer_id,
    customers.external_id as external_reference,
    customers.name_hash as customer_name_hash,
    customers.email_hash,
    customers.email_domain,
    cast(null as {{ dbt.type_string() }}) as tax_id_hash,
    cast(null as {{ dbt.type_string() }}) as country_code,
    currencies.currency,
    cast(null as int) as payment_terms_days,
    customers.is_deleted,
    customers.created_at,
    customers.created_on,
    coalesce(customers.created_at, customers.synced_at) as recorded_at

from customers

left join currencies
    on customers.source_account = currencies.source_account
    and customers.currency_id = currencies.currency_id
