{#- Grain: one clearing key of one pair, entity and currency with all its legs on both sides. Narrow
    on purpose: nearly all documents end here, the few that do not are looked at leg by leg. -#}
with

legs as (

    select * from {{ ref('int_recon_legs') }} where out_of_scope_reason is null

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

keyed as (

    select
        pair_id,
        legal_entity_code,
        currency,
        clear_key,
        coalesce(
            min(case when side = 'L' then natural_key end), min(case when side = 'R' then natural_key end)
        ) as natural_key,
        count(case when side = 'L' then 1 end) as left_count,
        count(case when side = 'R' then 1 end) as right_count,
        {{ sum_amount("case when side = 'L' then signed_amount end") }} as left_amount,
        {{ sum_amount("case when side = 'R' then signed_amount end") }} as right_amount,
        min(period_month) as first_period_month,
        max(period_month) as last_period_month,
        min(occurred_on) as first_occurred_on,
        max(occurred_on) as last_occurred_on,
        min(case when side = 'L' then compared_value end) as left_value,
        min(case when side = 'R' then compared_value end) as right_value

    from legs

    group by pair_id, legal_entity_code, currency, clear_key

)

select
    -- keys
    {{ surrogate_key([
        'keyed.pair_id', 'keyed.legal_entity_code', 'keyed.currency', 'keyed.clear_key'
    ]) }} as recon_key,
    keyed.pair_id,
    keyed.legal_entity_code,
    keyed.currency,
    keyed.clear_key,
    keyed.natural_key,

    -- attributes
    -- Agrees to the minor unit, document by document, in one period and in what is compared.
    coalesce(
        keyed.left_count > 0
        and keyed.right_count > 0
        and keyed.left_amount = keyed.right_amount
        and keyed.first_period_month = keyed.last_period_month
        and (pairs.topology <> '1:1' or (keyed.left_count = 1 and keyed.right_count = 1))
        and (
            keyed.left_value is null
            or keyed.right_value is null
            or keyed.left_value = keyed.right_value
        ),
        false
    ) as is_plain,

    -- measures
    keyed.left_count,
    keyed.right_count,
    keyed.left_amount,
    keyed.right_amount,

    -- times
    keyed.first_period_month,
    keyed.last_period_month,
    keyed.first_occurred_on,
    keyed.last_occurred_on

from keyed

inner join pairs
    on keyed.pair_id = pairs.pair_id
