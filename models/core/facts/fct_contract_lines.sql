{#- Grain: one line of one contract. -#}
with

contract_lines as (

    select * from {{ ref('cdm_contract_lines') }}

),

contracts as (

    select * from {{ ref('cdm_contracts') }}

),

source_entities as (

    select * from {{ ref('int_source_entities') }}

),

customer_ids as (

    select * from {{ ref('bridge_customer_ids') }}

),

placed as (

    select
        contract_lines.*,
        contracts.contract_number,
        contracts.contract_status,
        contracts.source_customer_id,
        contracts.source_contract_id is not null as is_contract_resolved,
        coalesce(source_entities.legal_entity_code, 'unassigned') as legal_entity_code,
        source_entities.functional_currency

    from contract_lines

    left join contracts
        on contract_lines.source_system = contracts.source_system
        and contract_lines.source_account = contracts.source_account
        and contract_lines.source_contract_id = contracts.source_contract_id

    left join source_entities
        on contracts.source_system = source_entities.source_system
        and contracts.source_account = source_entities.source_account
        and coalesce(contracts.source_entity_id, 'default') = source_entities.source_entity_id

)

select
    -- keys
    {{ source_key('placed', 'contract_line') }} as contract_line_key,
    customer_ids.customer_key,
    placed.source_system,
    placed.source_account,
    placed.legal_entity_code,
    placed.source_contract_line_id,
    placed.source_contract_id,
    placed.source_product_id,
    placed.source_price_id,
    placed.external_subscription_item_id,

    -- attributes
    placed.contract_number,
    placed.contract_status,
    placed.charge_kind,
    placed.billing_interval,
    placed.billing_interval_count,
    placed.billing_timing,
    placed.currency,
    placed.is_contract_resolved,
    placed.functional_currency,

    -- measures
    placed.quantity,
    placed.unit_price,
    placed.discount_percent,
    placed.line_amount,

    -- times
    placed.starts_on,
    placed.ends_before_on,
    placed.recorded_at

from placed

left join customer_ids
    on placed.source_system = customer_ids.source_system
    and placed.source_account = customer_ids.source_account
    and placed.source_customer_id = customer_ids.source_customer_id
