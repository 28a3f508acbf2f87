{#- Grain: one action of a person that has no effect, with the reason. -#}
with

actions as (

    select * from {{ ref('int_recon_action_rows') }}

),

subjects as (

    select
        proposal_key as subject_key,
        'proposal' as subject_kind,
        max(link_status) as link_status
    from {{ ref('int_recon_links') }}
    group by proposal_key
    union all
    select
        break_key,
        'break' as subject_kind,
        null as link_status
    from {{ ref('recon_breaks') }}

),

judged as (

    -- The subject can only be looked for when everything is matched: an accepted match is part of
    -- that.
    select
        actions.*,
        coalesce(
            actions.rejection_reason,
            case
                when subjects.subject_key is null then 'there is no such proposal or break (any more)'
                when actions.applies_to <> 'any' and actions.applies_to <> subjects.subject_kind
                    then
                        actions.action || ' is for a ' || actions.applies_to || ', this is a '
                        || subjects.subject_kind
                when actions.action = 'accept_match' and subjects.link_status = 'ambiguous'
                    then 'more than one document fits: there is no one proposal to accept'
            end
        ) as reason

    from actions

    left join subjects
        on actions.subject_key = subjects.subject_key

)

select
    -- keys
    action_id,
    row_number as action_row_number,
    action as recon_action,
    subject_key,
    pair_id,

    -- attributes
    actor,
    approver,
    reason_code,
    note as action_note,
    evidence_uri,
    reason as rejection_reason,

    -- times
    effective_at,
    expires_at

from judged

where reason is not null
