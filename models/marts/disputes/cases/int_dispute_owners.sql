{#- Grain: one case with the team that answers it. -#}
with

leads as (

    select * from {{ ref('int_dispute_lead_sources') }}

),

owners as (

    select * from {{ ref('dispute_owners') }}

    where valid_from_on <= {{ as_of_date() }} and valid_before_on > {{ as_of_date() }}

)

select
    -- keys
    leads.dispute_case_key,

    -- attributes
    -- What was found decides, then what the reason says.
    coalesce(of_causes.team, of_categories.team, of_others.team) as team,
    coalesce(of_causes.owner_role, of_categories.owner_role, of_others.owner_role) as owner_role

from leads

left join owners as of_causes
    on of_causes.match_kind = 'cause'
    and leads.root_cause_code = of_causes.match_code

left join owners as of_categories
    on of_categories.match_kind = 'category'
    and leads.reason_category = of_categories.match_code

left join owners as of_others
    on of_others.match_kind = 'default'
