{#- Grain: one clearing key whose legs are looked at one by one: it does not plainly agree, or it may be
    what another key is a copy of (one amount, at most two days apart). -#}
with

recon_keys as (

    select * from {{ ref('int_recon_keys') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }} where topology = '1:1' and measured_in <> 'attributes'

),

alone as (

    -- Several documents of one day and amount have the same originals.
    select distinct
        recon_keys.pair_id,
        recon_keys.legal_entity_code,
        recon_keys.currency,
        recon_keys.left_amount + recon_keys.right_amount as amount,
        recon_keys.first_occurred_on

    from recon_keys

    inner join pairs
        on recon_keys.pair_id = pairs.pair_id

    where recon_keys.left_count + recon_keys.right_count = 1

),

days_apart as (

    select -2 as day_count

    union all

    select -1 as day_count

    union all

    select 0 as day_count

    union all

    select 1 as day_count

    union all

    select 2 as day_count

),

originals as (

    -- Days of several copies overlap.
    select distinct
        alone.pair_id,
        alone.legal_entity_code,
        alone.currency,
        alone.amount,
        cast({{ dbt.dateadd('day', 'days_apart.day_count', 'alone.first_occurred_on') }} as date) as occurred_on

    from alone

    cross join days_apart

)

select
    -- keys
    {{ surrogate_key([
        'recon_keys.pair_id', 'recon_keys.legal_entity_code', 'recon_keys.currency', 'recon_keys.clear_key'
    ]) }} as recon_key,
    recon_keys.pair_id,
    recon_keys.legal_entity_code,
    recon_keys.currency,
    recon_keys.clear_key,

    -- attributes
    recon_keys.is_plain,

    -- measures
    recon_keys.left_count,
    recon_keys.right_count

from recon_keys

left join originals as on_first_day
    on recon_keys.pair_id = on_first_day.pair_id
    and recon_keys.legal_entity_code = on_first_day.legal_entity_code
    and recon_keys.currency = on_first_day.currency
    and recon_keys.left_amount = on_first_day.amount
    and recon_keys.first_occurred_on = on_first_day.occurred_on

left join originals as on_last_day
    on recon_keys.pair_id = on_last_day.pair_id
    and recon_keys.legal_entity_code = on_last_day.legal_entity_code
    and recon_keys.currency = on_last_day.currency
    and recon_keys.left_amount = on_last_day.amount
    and recon_keys.last_occurred_on = on_last_day.occurred_on

where
    not recon_keys.is_plain
    or on_first_day.pair_id is not null
    or on_last_day.pair_id is not null
