{#- Grain: one group of documents that a rule has brought together, or proposes to a person. -#}
with

recon_keys as (

    select * from {{ ref('int_recon_keys') }} where is_plain

),

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }} where match_status <> 'open'

),

links as (

    select * from {{ ref('int_recon_links') }} where link_status <> 'matched'

),

pool as (

    select * from {{ ref('int_recon_pool') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

rules as (

    select * from {{ ref('recon_match_rules') }}

),

matches as (

    select
        {{ surrogate_key([
            'recon_keys.pair_id', 'recon_keys.legal_entity_code', 'recon_keys.currency', 'recon_keys.clear_key'
        ]) }} as recon_match_key,
        recon_keys.pair_id,
        recon_keys.legal_entity_code,
        recon_keys.natural_key,
        recon_keys.currency,
        case when pairs.topology in ('N:1', '1:N') then 'M5' else 'M1' end as match_rule,
        'matched' as match_status,
        cast(null as {{ dbt.type_string() }}) as evidence,
        recon_keys.left_count,
        recon_keys.right_count,
        recon_keys.left_amount,
        recon_keys.right_amount,
        recon_keys.last_period_month as period_month,
        recon_keys.last_occurred_on as matched_on

    from recon_keys

    inner join pairs
        on recon_keys.pair_id = pairs.pair_id

    union all

    select
        recon_group_key as recon_match_key,
        pair_id,
        legal_entity_code,
        natural_key,
        currency,
        match_rule,
        match_status,
        link_evidence as evidence,
        left_count,
        right_count,
        left_amount,
        right_amount,
        greatest(left_period_month, right_period_month) as period_month,
        last_occurred_on as matched_on

    from loose_groups

    union all

    -- What is proposed or ambiguous stays open on both sides; the right key names it.
    select
        links.proposal_key as recon_match_key,
        right_pool.pair_id,
        right_pool.legal_entity_code,
        right_pool.natural_key,
        right_pool.currency,
        links.match_rule,
        min(links.link_status) as match_status,
        min(links.evidence) as evidence,
        count(*) as left_count,
        1 as right_count,
        {{ sum_amount('left_pool.signed_amount') }} as left_amount,
        right_pool.signed_amount as right_amount,
        right_pool.period_month,
        right_pool.occurred_on as matched_on

    from links

    inner join pool as left_pool
        on links.left_recon_key = left_pool.recon_key

    inner join pool as right_pool
        on links.right_recon_key = right_pool.recon_key

    group by
        links.proposal_key, right_pool.pair_id, right_pool.legal_entity_code, right_pool.natural_key,
        right_pool.currency, links.match_rule, right_pool.signed_amount, right_pool.period_month,
        right_pool.occurred_on

)

select
    -- keys
    matches.recon_match_key,
    matches.pair_id,
    matches.legal_entity_code,
    matches.natural_key,

    -- attributes
    matches.currency,
    matches.match_rule,
    matches.match_status,
    rules.confidence,
    matches.evidence,

    -- measures
    cast(matches.left_count as bigint) as left_count,
    cast(matches.right_count as bigint) as right_count,
    cast(matches.left_amount as decimal(38, 4)) as left_amount,
    cast(matches.right_amount as decimal(38, 4)) as right_amount,
    cast(matches.left_amount - matches.right_amount as decimal(38, 4)) as residual_amount,

    -- times
    matches.period_month,
    matches.matched_on

from matches

inner join rules
    on matches.match_rule = rules.match_rule
