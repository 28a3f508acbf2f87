{#- Grain: one Salesforce account, deleted ones included. -#}
with

accounts as (

    -- A merge deletes the account that loses; its documents remain, and so does what it became.
    select * from {{ ref('stg_salesforce__account') }}
    where row_disposition in ('accepted', 'deleted')

)

select
    'salesforce' as source_system,
    accounts.source_account,
    accounts.account_id as source_customer_id,
    accounts.legal_entity as source_entity_id,
    accounts.parent_account_id as source_parent_customer_id,
    accounts.bill_to_account_id as source_bill_to_customer_id,
    accounts.master_record_id as merged_into_source_customer_id,
    -- The id of the billing system goes to customer_links, which also says whose id it is.
    cast(null as {{ dbt.type_string() }}) as external_reference,
    accounts.name_hash as customer_name_hash,
    cast(null as {{ dbt.type_string() }}) as email_hash,
    cast(null as {{ dbt.type_string() }}) as email_domain,
    cast(null as {{ dbt.type_string() }}) as tax_id_hash,
    accounts.country_code,
    accounts.currency,
    cast(null as int) as payment_terms_days,
    accounts.is_deleted,
    accounts.created_at,
    accounts.created_on,
    coalesce(accounts.created_at, accounts.synced_at) as recorded_at

from accounts
