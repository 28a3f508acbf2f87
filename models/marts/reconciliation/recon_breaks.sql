{#- Grain: one clearing key on which the two sides do not agree. -#}
with

recon_groups as (

    select * from {{ ref('int_recon_groups') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

codes as (

    select * from {{ ref('recon_break_codes') }}

),

broken as (

    select
        *,
        case
            when right_count = 0 then 'left_only'
            when left_count = 0 then 'right_only'
            else 'amount'
        end as break_shape

    from recon_groups

    where residual_amount <> 0 or left_count = 0 or right_count = 0

),

coded as (

    select
        broken.*,
        pairs.pair_name,
        pairs.topology,
        case
            when broken.break_shape = 'left_only' and broken.due_on >= {{ as_of_date() }}
                then 'timing_cutoff'
            when broken.break_shape = 'left_only' then 'missing_posting'
            when broken.break_shape = 'right_only' then 'orphan_settlement'
            when
                pairs.topology = '1:1'
                and broken.right_count > broken.left_count
                and broken.right_amount = broken.left_amount * broken.right_count
                then 'duplicate_posting'
            when
                pairs.topology = '1:1'
                and broken.left_count > broken.right_count
                and broken.left_amount = broken.right_amount * broken.left_count
                then 'duplicate_posting'
            else 'amount_mismatch'
        end as break_code

    from broken

    inner join pairs
        on broken.pair_id = pairs.pair_id

)

select
    -- keys
    coded.recon_group_key,
    coded.pair_id,
    coded.legal_entity_code,
    coded.clear_key,

    -- attributes
    coded.pair_name,
    coded.currency,
    coded.break_shape,
    coded.break_code,
    codes.meaning as break_meaning,
    codes.owner,
    codes.sla_days,
    codes.next_step,

    -- measures
    coded.left_count,
    coded.right_count,
    coded.left_amount,
    coded.right_amount,
    coded.residual_amount,

    -- times
    coded.period_month,
    coded.first_occurred_on

from coded

left join codes
    on coded.break_code = codes.break_code
