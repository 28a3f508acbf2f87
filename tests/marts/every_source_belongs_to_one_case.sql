{{ config(group='marts') }}
-- Law: every ticket that names a customer or a document, and every dispute, is a source of exactly one
-- case; and no two sources that are tied together have come apart.
with

known as (

    select 'ticket ' || work_item_key as source_name
    from {{ ref('fct_work_items') }}
    where
        work_item_kind = 'ticket'
        and (source_customer_id is not null or source_invoice_id is not null)
        and (opened_on is null or opened_on <= {{ as_of_date() }})

    union all

    select dispute_kind || ' ' || dispute_key
    from {{ ref('fct_disputes') }}
    where opened_on is null or opened_on <= {{ as_of_date() }}

),

given as (

    select
        dispute_sources.source_kind || ' '
        || coalesce(dispute_sources.dispute_key, dispute_sources.work_item_key) as source_name
    from {{ ref('dispute_sources') }} as dispute_sources

    inner join {{ ref('disputes') }} as disputes
        on dispute_sources.dispute_case_key = disputes.dispute_case_key

),

counted as (

    select
        source_name,
        sum(known_count) as known_count,
        sum(given_count) as given_count

    from (
        select
            source_name,
            1 as known_count,
            0 as given_count
        from known

        union all

        select
            source_name,
            0 as known_count,
            1 as given_count
        from given
    ) as both_sides

    group by source_name

)

select
    source_name as subject,
    'not in exactly one case' as violation
from counted
where known_count <> 1 or given_count <> 1

union all

-- What the labels did not reach in their rounds would show here.
select
    topics.dispute_source_key as subject,
    'one contest in two groups' as violation
from {{ ref('int_dispute_topics') }} as topics

inner join {{ ref('int_dispute_groups') }} as groups_of_source
    on topics.dispute_source_key = groups_of_source.dispute_source_key

inner join {{ ref('int_dispute_groups') }} as firsts
    on topics.first_source_key = firsts.dispute_source_key

where groups_of_source.group_key <> firsts.group_key
