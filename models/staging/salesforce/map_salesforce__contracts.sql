{#- Grain: one Salesforce contract. -#}
with

contracts as (

    select * from {{ ref('stg_salesforce__contract') }} where row_disposition = 'accepted'

),

statuses as (

    {{ known_words('salesforce', 'contract', 'status') }}

)

select
    'salesforce' as source_system,
    contracts.source_account,
    contracts.contract_id as source_contract_id,
    contracts.legal_entity as source_entity_id,
    contracts.account_id as source_customer_id,
    contracts.contract_number,
    statuses.canonical_value as contract_status,
    contracts.renewed_from_contract_id as renewed_from_source_contract_id,
    contracts.currency,
    -- A contract has no amount in Salesforce: its order items have prices of one billing period.
    cast(null as decimal(18, 4)) as total_amount,
    cast(contracts.contract_term as int) as term_months,
    cast(null as timestamp) as signed_at,
    contracts.customer_signed_date as signed_on,
    contracts.start_date as starts_on,
    -- Salesforce's EndDate is the last day of the contract.
    cast({{ dbt.dateadd('day', 1, 'contracts.end_date') }} as date) as ends_before_on,
    coalesce(contracts.created_at, contracts.synced_at) as recorded_at

from contracts

left join statuses
    on contracts.contract_status = statuses.raw_value
