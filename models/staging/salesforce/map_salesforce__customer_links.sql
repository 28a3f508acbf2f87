{#- Grain: one Salesforce account that carries an id of a billing system. -#}
with

accounts as (

    select * from {{ ref('stg_salesforce__account') }}
    where row_disposition in ('accepted', 'deleted')

),

billing_systems as (

    {{ known_words('salesforce', 'account', 'billing_system_c') }}

)

select
    'salesforce' as source_system,
    accounts.source_account,
    accounts.account_id || '|billing' as source_customer_link_id,
    'salesforce' as left_source_system,
    accounts.source_account as left_source_account,
    accounts.account_id as left_source_customer_id,
    billing_systems.canonical_value as right_source_system,
    -- The tenant is filled only where the billing system has several.
    coalesce(accounts.billing_tenant, 'default') as right_source_account,
    accounts.billing_account_id as right_source_customer_id,
    'external_id' as evidence_rule,
    'salesforce account ' || accounts.account_id || ' carries ' || billing_systems.canonical_value
    || ' id ' || accounts.billing_account_id || ' in Billing_Account_Id__c' as evidence,
    coalesce(accounts.created_at, accounts.synced_at) as recorded_at

from accounts

-- An account without a billing system, or of one that nobody knows, links to nothing.
inner join billing_systems
    on accounts.billing_system = billing_systems.raw_value

where accounts.billing_account_id is not null
