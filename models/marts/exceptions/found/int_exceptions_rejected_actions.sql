{#- Grain: one decision about a match or a break that has no effect. -#}
with

rejected_actions as (

    select * from {{ ref('recon_rejected_actions') }}

),

breaks as (

    select * from {{ ref('recon_breaks') }}

)

select
    -- keys
    'rejected_action' as check_id,
    coalesce(breaks.legal_entity_code, 'unassigned') as legal_entity_code,
    rejected_actions.action_id as natural_key,
    cast(null as {{ dbt.type_string() }}) as customer_key,
    'recon_rejected_actions' as source_table,
    rejected_actions.action_id as source_key,

    -- attributes
    cast(null as {{ dbt.type_string() }}) as severity_code,
    cast(null as {{ dbt.type_string() }}) as owner_code,
    rejected_actions.recon_action as cause_code,
    'Action ' || rejected_actions.action_id || ' of ' || coalesce(rejected_actions.actor, 'nobody')
    || ': ' || rejected_actions.rejection_reason as evidence,
    cast(null as {{ dbt.type_string() }}) as next_step,
    {{ drill_down('marts.recon_rejected_actions', {'action_id': 'rejected_actions.action_id'}) }} as drill_sql,

    -- measures
    cast(null as decimal(38, 4)) as amount_at_risk_reporting,

    -- times
    cast(rejected_actions.effective_at as date) as occurred_on,
    cast(null as date) as due_on

from rejected_actions

left join breaks
    on rejected_actions.subject_key = breaks.break_key
