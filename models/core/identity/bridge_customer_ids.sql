{#- Grain: one customer id of one system and account, with the customer it belongs to and why. -#}
{{ config(access='public', schema='core') }}
with

customers as (

    select
        source_system,
        source_account,
        source_customer_id,
        {{ source_key('cdm_customers', 'customer') }} as node_key

    from {{ ref('cdm_customers') }} as cdm_customers

),

evidence as (

    select * from {{ ref('int_customer_evidence') }}

),

neighbours_of as (

    select left_key as from_key, right_key as to_key from evidence
    union
    select right_key as from_key, left_key as to_key from evidence

),

{{ spread_labels('customers', 'neighbours_of', 6) }},

reasons as (

    -- An id may have several pieces of evidence: the first by rule and text is shown, all are
    -- counted.
    select
        node_key,
        min(evidence_rule || ': ' || evidence) as evidence,
        cast(count(*) as int) as evidence_count

    from (
        select left_key as node_key, evidence_rule, evidence from evidence
        union all
        select right_key as node_key, evidence_rule, evidence from evidence
    ) as both_ends

    group by node_key

)

select
    -- keys
    customers.node_key as customer_id_key,
    round_6.label as customer_key,
    customers.source_system,
    customers.source_account,
    customers.source_customer_id,

    -- attributes
    coalesce(reasons.evidence, 'no other system knows this id') as evidence,
    coalesce(reasons.evidence_count, 0) as evidence_count

from customers

inner join round_6
    on customers.node_key = round_6.node_key

left join reasons
    on customers.node_key = reasons.node_key
