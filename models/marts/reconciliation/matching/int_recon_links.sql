{#- Grain: one left key and one right key that a rule later than the key itself brings together:
    matched, proposed to a person, or ambiguous. -#}
with

all_rules as (

    select * from {{ ref('int_recon_matched_by_reference') }}
    union all
    select * from {{ ref('int_recon_matched_by_party') }}
    union all
    select * from {{ ref('int_recon_proposed_by_amount') }}
    union all
    select * from {{ ref('int_recon_proposed_by_sum') }}
    union all
    select * from {{ ref('int_recon_proposed_by_likeness') }}

),

found as (

    -- One right key is one proposal, with however many left ones.
    select
        all_rules.*,
        {{ surrogate_key(['match_rule', 'right_recon_key']) }} as proposal_key

    from all_rules

),

rules as (

    select * from {{ ref('recon_match_rules') }}

),

actions as (

    select * from {{ ref('int_recon_actions') }} where action = 'accept_match'

)

select
    -- keys
    found.proposal_key,
    found.left_recon_key,
    found.right_recon_key,

    -- attributes
    found.match_rule,
    case
        when found.is_ambiguous then 'ambiguous'
        when rules.is_proposal and actions.subject_key is null then 'proposed'
        else 'matched'
    end as link_status,
    found.evidence

from found

inner join rules
    on found.match_rule = rules.match_rule

left join actions
    on found.proposal_key = actions.subject_key
