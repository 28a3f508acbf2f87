{#- Grain: one break: what two systems do not agree about, where, by how much, why, and who acts. -#}
with

breaks as (

    select * from {{ ref('int_recon_breaks_found') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

codes as (

    select * from {{ ref('recon_break_codes') }}

),

open_positions as (

    select * from {{ ref('int_recon_open_positions') }} where is_latest

),

flags as (

    select * from {{ ref('int_recon_flags') }}

),

actions as (

    select * from {{ ref('int_recon_actions') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

)

select
    -- keys
    breaks.break_key,
    breaks.recon_group_key,
    breaks.pair_id,
    breaks.legal_entity_code,
    breaks.natural_key,

    -- attributes
    pairs.pair_name,
    breaks.currency,
    breaks.functional_currency,
    breaks.break_shape,
    breaks.break_code,
    codes.meaning as break_meaning,
    case
        when breaks.match_status = 'matched_tolerance' then 'tolerated'
        when breaks.break_axis = 'amount' and open_positions.recon_group_key is null then 'cleared'
        when actions.action = 'accept_break' then 'accepted'
        when actions.action = 'write_off' then 'written_off'
        when actions.action = 'accrue' then 'accrued'
        else 'open'
    end as break_status,
    coalesce(flags.flags, '') as flags,
    breaks.evidence,
    codes.owner,
    codes.severity,
    codes.sla_days,
    codes.next_step,
    codes.journal_suggestion,
    codes.is_self_clearing,
    'select * from marts.recon_break_legs where break_key = ''' || breaks.break_key || ''''
        as drill_sql,

    -- measures
    cast(breaks.left_count as bigint) as left_count,
    cast(breaks.right_count as bigint) as right_count,
    breaks.left_amount,
    breaks.right_amount,
    breaks.residual_amount,
    breaks.variance_amount_functional,
    {{ dbt.datediff('breaks.first_occurred_on', 'run_dates.as_of_date', 'day') }}
        as age_days,

    -- times
    breaks.period_month,
    breaks.first_occurred_on,
    cast({{ dbt.dateadd('day', 'codes.sla_days', 'breaks.first_occurred_on') }} as date) as sla_due_on

from breaks

inner join pairs
    on breaks.pair_id = pairs.pair_id

left join codes
    on breaks.break_code = codes.break_code

left join open_positions
    on breaks.recon_group_key = open_positions.recon_group_key

left join flags
    on breaks.recon_group_key = flags.recon_group_key

left join actions
    on breaks.break_key = actions.subject_key

cross join run_dates
