{#- Grain: one leg of one break: the rows behind its number. Their residual amounts add up to it. -#}
with

breaks as (

    select * from {{ ref('int_recon_breaks_found') }}

),

grouped_legs as (

    select * from {{ ref('int_recon_grouped_legs') }}

),

legs as (

    select * from {{ ref('int_recon_watched_legs') }}

),

defects as (

    select * from {{ ref('int_recon_defects') }}

)

select
    -- keys
    breaks.break_key,
    grouped_legs.pair_id,
    grouped_legs.leg_key,
    grouped_legs.side,
    grouped_legs.legal_entity_code,
    grouped_legs.natural_key,
    grouped_legs.source_table,
    grouped_legs.source_key,

    -- attributes
    grouped_legs.document_kind,
    grouped_legs.currency,

    -- measures
    grouped_legs.signed_amount,
    -- What is wrong whatever the amount adds nothing to it.
    cast(
        case when breaks.break_axis = 'amount' then grouped_legs.residual_amount else 0 end as decimal(18, 4)
    ) as residual_amount,

    -- times
    grouped_legs.occurred_on,
    grouped_legs.period_month

from breaks

inner join grouped_legs
    on breaks.recon_group_key = grouped_legs.recon_group_key

where breaks.break_axis = 'attribute' or breaks.period_month = grouped_legs.period_month

union all

-- A leg that agrees in everything else and has a defect of its own.
select
    breaks.break_key,
    legs.pair_id,
    legs.leg_key,
    legs.side,
    legs.legal_entity_code,
    legs.natural_key,
    legs.source_table,
    legs.source_key,
    legs.document_kind,
    legs.currency,
    legs.signed_amount,
    cast(0 as decimal(18, 4)) as residual_amount,
    legs.occurred_on,
    legs.period_month

from defects

inner join legs
    on defects.pair_id = legs.pair_id
    and defects.leg_key = legs.leg_key

left join grouped_legs
    on legs.pair_id = grouped_legs.pair_id
    and legs.leg_key = grouped_legs.leg_key

inner join breaks
    on legs.recon_key = breaks.recon_group_key
    and defects.break_code = breaks.break_code

where grouped_legs.leg_key is null
