{#- Grain: one source of a dispute in the group of those about the same document. -#}
with

sources as (

    select * from {{ ref('int_dispute_sources') }}

),

topics as (

    select * from {{ ref('int_dispute_topics') }}

),

issues as (

    select
        dispute_source_key,
        first_value(dispute_source_key) over (
            partition by issue_key
            order by opened_at, dispute_source_key
        ) as first_source_key

    from sources

    where issue_key is not null

),

links as (

    select dispute_source_key, first_source_key from topics

    union all

    select dispute_source_key, first_source_key from issues

),

edges as (

    -- Both ways: labels travel from a source to the first of its contest and back.
    select dispute_source_key as from_key, first_source_key as to_key from links

    union all

    select first_source_key as from_key, dispute_source_key as to_key from links

),

nodes as (

    select dispute_source_key as node_key from sources

),

{{ spread_labels('nodes', 'edges', 12) }},

ambiguous as (

    select dispute_source_key, count(*) as topic_count
    from topics
    where is_link_ambiguous
    group by dispute_source_key

)

select
    -- keys
    round_12.node_key as dispute_source_key,
    round_12.label as group_key,

    -- attributes
    ambiguous.topic_count is not null as is_link_ambiguous

from round_12

left join ambiguous
    on round_12.node_key = ambiguous.dispute_source_key
