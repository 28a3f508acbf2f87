{#- Grain: one break: a group that differs in a period, or one thing that is wrong with it whatever
    its amount. -#}
with

items as (

    select * from {{ ref('int_recon_items') }}

),

loose_groups as (

    select * from {{ ref('int_recon_loose_groups') }}

),

causes as (

    select * from {{ ref('int_recon_causes_ranked') }} where cause_rank = 1

),

attribute_breaks as (

    select * from {{ ref('int_recon_attribute_breaks') }}

)

select
    -- keys
    {{ surrogate_key(['items.recon_group_key', 'items.period_month', "'amount'"]) }} as break_key,
    items.recon_group_key,
    items.pair_id,
    items.legal_entity_code,
    coalesce(causes.natural_key, loose_groups.natural_key) as natural_key,

    -- attributes
    items.currency,
    loose_groups.functional_currency,
    'amount' as break_axis,
    case
        when causes.break_code = 'duplicate_posting' then 'duplicate'
        when loose_groups.match_status = 'matched' then 'period'
        when loose_groups.right_count = 0 then 'left_only'
        when loose_groups.left_count = 0 then 'right_only'
        else 'amount'
    end as break_shape,
    coalesce(causes.break_code, 'unexplained') as break_code,
    causes.evidence,
    loose_groups.match_status,

    -- measures
    items.left_count,
    items.right_count,
    items.left_amount,
    items.right_amount,
    items.residual_amount,
    cast(items.residual_amount_functional as decimal(18, 4)) as variance_amount_functional,

    -- times
    items.period_month,
    items.first_occurred_on,
    items.recorded_at

from items

inner join loose_groups
    on items.recon_group_key = loose_groups.recon_group_key

left join causes
    on items.recon_group_key = causes.recon_group_key

union all

select
    {{ surrogate_key([
        'attribute_breaks.recon_group_key', 'attribute_breaks.period_month', 'attribute_breaks.break_code'
    ]) }} as break_key,
    attribute_breaks.recon_group_key,
    attribute_breaks.pair_id,
    attribute_breaks.legal_entity_code,
    attribute_breaks.natural_key,
    attribute_breaks.currency,
    attribute_breaks.functional_currency,
    'attribute' as break_axis,
    'attribute' as break_shape,
    attribute_breaks.break_code,
    attribute_breaks.evidence,
    'matched' as match_status,
    0 as left_count,
    0 as right_count,
    cast(0 as decimal(38, 4)) as left_amount,
    cast(0 as decimal(38, 4)) as right_amount,
    cast(0 as decimal(38, 4)) as residual_amount,
    attribute_breaks.variance_amount_functional,
    attribute_breaks.period_month,
    attribute_breaks.first_occurred_on,
    cast(null as timestamp) as recorded_at

from attribute_breaks
