{#- Grain: one source of a dispute in the case it belongs to. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

grouped as (

    select * from {{ ref('int_dispute_groups') }}

),

customer_links as (

    select * from {{ ref('int_dispute_customer_links') }}

),

joined as (

    select
        sources.*,
        coalesce(customer_links.joined_group_key, grouped.group_key) as case_label,
        customer_links.joined_group_key is not null as is_joined_by_customer,
        coalesce(customer_links.candidate_count, 0) as candidate_count,
        grouped.is_link_ambiguous or coalesce(customer_links.candidate_count, 0) > 1 as is_link_ambiguous

    from sources

    inner join grouped
        on sources.dispute_source_key = grouped.dispute_source_key

    left join customer_links
        on grouped.group_key = customer_links.group_key

),

ordered as (

    -- The earliest source names the case, so that one that comes later does not rename it.
    select
        joined.*,
        first_value(dispute_source_key) over (
            partition by case_label
            order by opened_at, dispute_source_key
        ) as first_source_key

    from joined

)

select
    -- keys
    dispute_source_key,
    {{ surrogate_key(["'dispute_case'", 'first_source_key']) }} as dispute_case_key,

    -- attributes
    dispute_source_key = first_source_key as is_first_source,
    is_joined_by_customer,
    is_link_ambiguous,

    -- measures
    cast(candidate_count as int) as candidate_count

from ordered
