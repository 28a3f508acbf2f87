{#- Grain: one group that is not at zero on the day that the run looks from: what is open now. -#}
with

open_positions as (

    select * from {{ ref('int_recon_open_positions') }} where is_latest and not is_tolerated

),

causes as (

    select * from {{ ref('int_recon_causes_ranked') }} where cause_rank = 1

),

codes as (

    select * from {{ ref('recon_break_codes') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

buckets as (

    select * from {{ ref('recon_age_buckets') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

aged as (

    -- What is not due yet has no age.
    select
        open_positions.*,
        greatest(
            {{ dbt.datediff('open_positions.first_occurred_on', 'run_dates.as_of_date', 'day') }}, 0
        ) as age_days

    from open_positions

    cross join run_dates

)

select
    -- keys
    aged.recon_group_key,
    aged.pair_id,
    aged.legal_entity_code,
    coalesce(causes.natural_key, aged.natural_key) as natural_key,

    -- attributes
    pairs.pair_name,
    aged.currency,
    coalesce(causes.break_code, 'unexplained') as break_code,
    codes.severity,
    codes.owner,
    buckets.age_bucket,

    -- measures
    aged.open_amount,
    aged.age_days,

    -- times
    aged.first_occurred_on,
    cast({{ dbt.dateadd('day', 'codes.sla_days', 'aged.first_occurred_on') }} as date) as sla_due_on

from aged

inner join pairs
    on aged.pair_id = pairs.pair_id

left join causes
    on aged.recon_group_key = causes.recon_group_key

left join codes
    on causes.break_code = codes.break_code

left join buckets
    on aged.age_days >= buckets.from_days
    and aged.age_days < buckets.before_days
