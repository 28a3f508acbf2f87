{#- Grain: one Stripe customer, deleted ones included: their documents remain. -#}
with

customers as (

    select * from {{ ref('stg_stripe__customer') }} where row_disposition in ('accepted', 'deleted')

)

select
    'stripe' as source_system,
    customers.source_account,
    customers.customer_id as source_customer_id,
    'default' as source_entity_id,
    cast(null as {{ dbt.type_string() }}) as source_parent_customer_id,
    cast(null as {{ dbt.type_string() }}) as source_bill_to_customer_id,
    cast(null as {{ dbt.type_string() }}) as merged_into_source_customer_id,
    cast(null as {{ dbt.type_string() }}) as external_reference,
    customers.name_hash as customer_name_hash,
    customers.email_hash,
    customers.email_domain,
    customers.tax_id_hash,
    customers.country_code,
    customers.currency,
    cast(null as int) as payment_terms_days,
    customers.is_deleted,
    customers.created_at,
    customers.created_on,
    coalesce(customers.created_at, customers.synced_at) as recorded_at

from customers
