{#- Grain: one cause that a leg of a group names for itself. -#}
with

grouped_legs as (

    select * from {{ ref('int_recon_grouped_legs') }}

),

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

causes as (

    select * from {{ ref('int_recon_causes') }}

)

select
    -- keys
    loose_groups.recon_group_key,
    loose_groups.natural_key,

    -- attributes
    causes.break_code,
    min(causes.evidence) as evidence

from causes

inner join grouped_legs
    on causes.pair_id = grouped_legs.pair_id
    and causes.leg_key = grouped_legs.leg_key

inner join loose_groups
    on grouped_legs.recon_group_key = loose_groups.recon_group_key

where
    (causes.applies_when in ('alone', 'any') and loose_groups.match_status = 'open')
    or (
        causes.applies_when in ('differs', 'any')
        and loose_groups.match_status in ('differs', 'matched_tolerance')
    )

group by loose_groups.recon_group_key, loose_groups.natural_key, causes.break_code
