{#- Grain: one open break of a reconciliation. -#}
with

recon_breaks as (

    select * from {{ ref('recon_breaks') }}

)

select
    -- keys
    'recon_break' as check_id,
    coalesce(legal_entity_code, 'unassigned') as legal_entity_code,
    break_key as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'recon_breaks' as source_table,
    break_key as source_key,

    -- attributes
    severity as severity_code,
    owner as owner_code,
    break_code as cause_code,
    evidence,
    next_step,
    drill_sql,

    -- measures
    case
        when functional_currency = '{{ var("reporting_currency") }}'
            then cast(abs(variance_amount_functional) as decimal(38, 4))
    end as amount_at_risk_reporting,

    -- times
    first_occurred_on as occurred_on,
    cast(null as date) as due_on

from recon_breaks

where break_status in ('open', 'accepted', 'accrued')
