{#- Grain: one cause of one group, the first in the order of recon_break_codes being the one that
    counts. -#}
with

found as (

    select recon_group_key, natural_key, break_code, evidence
    from {{ ref('int_recon_caused_by_copies') }}
    union all
    select recon_group_key, natural_key, break_code, evidence
    from {{ ref('int_recon_caused_by_place') }}
    union all
    select recon_group_key, natural_key, break_code, evidence
    from {{ ref('int_recon_caused_by_time') }}
    union all
    select recon_group_key, natural_key, break_code, evidence
    from {{ ref('int_recon_caused_by_legs') }}
    union all
    select recon_group_key, natural_key, break_code, evidence
    from {{ ref('int_recon_caused_by_amount') }}

),

codes as (

    select * from {{ ref('recon_break_codes') }}

)

select
    -- keys
    found.recon_group_key,
    found.natural_key,

    -- attributes
    found.break_code,
    found.evidence,

    -- measures
    row_number() over (
        partition by found.recon_group_key
        order by codes.cause_order, found.break_code, found.natural_key, found.evidence
    ) as cause_rank

from found

inner join codes
    on found.break_code = codes.break_code
