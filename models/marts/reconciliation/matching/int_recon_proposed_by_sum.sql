{#- Grain: one right key and one left key of the only sum of left keys of one customer that makes
    it (M8): a proposal. Several sums that make it are ambiguous (domain 1.3, guard b). -#}
with

pool as (

    {{ pool_after('M8', [
        'int_recon_matched_by_reference',
        'int_recon_matched_by_party',
        'int_recon_proposed_by_amount',
    ]) }}

),

solutions as (

    {{ subset_sums() }}

),

counted as (

    select
        solutions.*,
        count(*) over (partition by right_recon_key) as solution_count

    from solutions

),

members as (

    {{ members_of_sums('counted') }}

)

select
    -- keys
    members.left_recon_key,
    members.right_recon_key,

    -- attributes
    'M8' as match_rule,
    max(members.solution_count) > 1 as is_ambiguous,
    cast(max(members.solution_count) as {{ dbt.type_string() }}) || ' sum(s) of up to 6 make it'
        as evidence

from members

-- A key that stands in several sums is one candidate of the right key.
group by members.left_recon_key, members.right_recon_key
