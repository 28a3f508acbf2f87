{#- Grain: one row of the file of actions, typed, with the reason where it does not count. -#}
with

actions as (

    select * from {{ source('actions', 'recon_actions') }}

),

kinds as (

    select * from {{ ref('recon_action_kinds') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

typed as (

    {{ timed_actions('actions') }}

)

select
    -- keys
    typed.action_id,
    typed.row_number,
    typed.action,
    typed.subject_key,
    typed.pair_id,

    -- attributes
    typed.actor,
    typed.approver,
    typed.reason_code,
    typed.note,
    typed.evidence_uri,
    kinds.applies_to,
    case
        when typed.action is null then 'the action is empty'
        when kinds.action is null then 'no such action: ' || typed.action
        when typed.subject_key is null then 'the subject_key is empty'
        when typed.pair_id is null then 'the pair_id is empty'
        when pairs.pair_id is null then 'no such pair: ' || typed.pair_id
        {{ when_a_decision_does_not_count() }}
        when kinds.needs_evidence and typed.evidence_uri is null then 'the evidence_uri is empty'
        {{ when_an_action_ends_wrongly() }}
    end as rejection_reason,

    -- times
    typed.effective_from_at as effective_at,
    typed.effective_before_at as expires_at

from typed

left join kinds
    on typed.action = kinds.action

left join pairs
    on typed.pair_id = pairs.pair_id
