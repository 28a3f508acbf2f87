{#- Grain: one group with what its amounts alone say: within the bound of rounding, a part that
    explains the difference, or what the registry calls it when nothing else is known. -#}
with

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

)

select
    -- keys
    loose_groups.recon_group_key,
    loose_groups.natural_key,

    -- attributes
    case
        when loose_groups.match_status = 'matched_tolerance' then 'rounding'
        when loose_groups.right_count = 0 then pairs.alone_left_code
        when loose_groups.left_count = 0 then pairs.alone_right_code
        when
            loose_groups.part_difference_amount <> 0
            and loose_groups.part_difference_amount = loose_groups.residual_amount
            then pairs.part_code
        else pairs.differs_code
    end as break_code,
    case
        when loose_groups.match_status = 'matched_tolerance'
            then
                'the difference is at most ' || cast(loose_groups.tolerance_amount as {{ dbt.type_string() }})
                || ', the bound of ' || cast(loose_groups.rounded_item_count as {{ dbt.type_string() }})
                || ' roundings'
        when loose_groups.right_count = 0 then 'nothing on the right: no ' || pairs.right_name
        when loose_groups.left_count = 0 then 'nothing on the left: no ' || pairs.left_name
        else
            'left ' || cast(loose_groups.left_amount as {{ dbt.type_string() }})
            || ', right ' || cast(loose_groups.right_amount as {{ dbt.type_string() }})
            || ', of which parts differ by '
            || cast(loose_groups.part_difference_amount as {{ dbt.type_string() }})
    end as evidence

from loose_groups

inner join pairs
    on loose_groups.pair_id = pairs.pair_id

where loose_groups.match_status in ('open', 'differs', 'matched_tolerance')
