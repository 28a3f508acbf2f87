{#- Grain: one group that differs because one side has a document more than once: twice on its key,
    or under a number of its own beside the one that was matched (duplicate_posting). -#}
with

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }} where topology = '1:1' and measured_in <> 'attributes'

),

pool as (

    select * from {{ ref('int_recon_pool') }}

),

legs as (

    select * from {{ ref('int_recon_watched_legs') }}

),

recon_keys as (

    select * from {{ ref('int_recon_watched_keys') }} where left_count > 0 and right_count > 0

),

on_one_key as (

    -- A leg and its exact reversal are no copies.
    select
        loose_groups.recon_group_key,
        loose_groups.natural_key,
        cast(loose_groups.left_count as {{ dbt.type_string() }}) || ' on the left, '
        || cast(loose_groups.right_count as {{ dbt.type_string() }}) || ' on the right' as evidence

    from loose_groups

    inner join pairs
        on loose_groups.pair_id = pairs.pair_id

    where
        loose_groups.match_status = 'differs'
        and (
            (
                loose_groups.right_count > loose_groups.left_count
                and sign(loose_groups.smallest_right_amount) = sign(loose_groups.largest_right_amount)
            )
            or (
                loose_groups.left_count > loose_groups.right_count
                and sign(loose_groups.smallest_left_amount) = sign(loose_groups.largest_left_amount)
            )
        )

),

beside_another as (

    -- Several originals would fit one copy: the first by number is named.
    select
        pool.recon_key as recon_group_key,
        min(legs.natural_key) as natural_key,
        'a copy of ' || min(legs.natural_key) || ', which has its counterpart: same customer and amount'
            as evidence

    from pool

    inner join pairs
        on pool.pair_id = pairs.pair_id

    inner join legs
        on pool.pair_id = legs.pair_id
        and pool.side = legs.side
        and pool.legal_entity_code = legs.legal_entity_code
        and pool.currency = legs.currency
        and pool.customer_key = legs.customer_key
        and pool.signed_amount = legs.signed_amount

    inner join recon_keys
        on legs.recon_key = recon_keys.recon_key

    where
        pool.leg_count = 1
        and legs.natural_key <> pool.natural_key
        and abs({{ dbt.datediff('legs.occurred_on', 'pool.occurred_on', 'day') }}) <= 2
        and (
            pool.reference_bare is null
            or substr(pool.reference_bare, 1, length({{ bare_reference('legs.reference_raw') }}))
            = {{ bare_reference('legs.reference_raw') }}
        )

    group by pool.recon_key

)

select
    -- keys
    recon_group_key,
    natural_key,

    -- attributes
    'duplicate_posting' as break_code,
    evidence

from on_one_key

union all

select
    beside_another.recon_group_key,
    beside_another.natural_key,
    'duplicate_posting' as break_code,
    beside_another.evidence

from beside_another
