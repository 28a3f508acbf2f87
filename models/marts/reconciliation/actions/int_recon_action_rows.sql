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

    -- A day alone counts from, or ends with, its first instant.
    select
        actions.*,
        coalesce(
            {{ to_utc('actions.effective_at') }},
            cast({{ to_bare_date('actions.effective_at') }} as timestamp)
        ) as effective_from_at,
        coalesce(
            {{ to_utc('actions.expires_at') }},
            cast({{ to_bare_date('actions.expires_at') }} as timestamp)
        ) as effective_before_at

    from actions

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
        when typed.actor is null then 'the actor is empty'
        when typed.reason_code is null then 'the reason_code is empty'
        when typed.effective_from_at is null then 'the effective_at is empty'
        when kinds.needs_approver and typed.approver is null then 'the approver is empty'
        when lower(typed.approver) = lower(typed.actor) then 'the approver is the actor'
        when kinds.needs_evidence and typed.evidence_uri is null then 'the evidence_uri is empty'
        when kinds.needs_expiry and typed.effective_before_at is null
            then 'the expires_at is empty'
        when typed.effective_before_at <= typed.effective_from_at
            then 'it ends before it begins'
        when
            typed.effective_before_at
            > {{ dbt.dateadd('day', 'kinds.longest_days', 'typed.effective_from_at') }}
            then
                'it lasts more than '
                || cast(kinds.longest_days as {{ dbt.type_string() }}) || ' days'
    end as rejection_reason,

    -- times
    typed.effective_from_at as effective_at,
    typed.effective_before_at as expires_at

from typed

left join kinds
    on typed.action = kinds.action

left join pairs
    on typed.pair_id = pairs.pair_id
