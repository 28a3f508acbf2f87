{#- Grain: one agreed change of one contract. -#}
with

contract_amendments as (

    select * from {{ ref('cdm_contract_amendments') }}

),

contract_lines as (

    select * from {{ ref('fct_contract_lines') }}

)

select
    -- keys
    {{ source_key('contract_amendments', 'contract_amendment') }} as contract_amendment_key,
    contract_lines.contract_line_key,
    contract_amendments.source_system,
    contract_amendments.source_account,
    contract_amendments.source_contract_amendment_id,
    contract_amendments.source_contract_id,
    contract_amendments.source_contract_line_id,

    -- attributes
    contract_amendments.amendment_kind,
    contract_amendments.currency,

    -- measures
    contract_amendments.quantity,
    contract_amendments.unit_price,

    -- times
    contract_amendments.effective_at,
    coalesce(contract_amendments.effective_on, cast(contract_amendments.effective_at as date))
        as effective_on,
    contract_amendments.recorded_at

from contract_amendments

left join contract_lines
    on contract_amendments.source_system = contract_lines.source_system
    and contract_amendments.source_account = contract_lines.source_account
    and contract_amendments.source_contract_line_id = contract_lines.source_contract_line_id
