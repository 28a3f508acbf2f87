{#- Grain: one pair, legal entity, currency and period. -#}
with

variances as (

    select * from {{ ref('int_recon_variances') }}

),

totals as (

    select * from {{ ref('int_recon_period_totals') }}

),

gates as (

    select * from {{ ref('int_recon_gates') }}

),

breaks as (

    select * from {{ ref('recon_breaks') }}

),

pairs as (

    select * from {{ ref('recon_pairs') }}

),

judged as (

    select
        pair_id,
        legal_entity_code,
        currency,
        period_month,
        max(case when scope = 'total' then rel_bps end) as max_open_variance_bps,
        max(case when is_breached and gate_action = 'block' then 1 else 0 end) as block_count,
        max(case when is_breached and gate_action = 'warn' then 1 else 0 end) as warn_count,
        {{ dbt.listagg("case when is_breached then scope end", "', '", 'order by scope') }} as breached_scopes

    from gates

    group by 1, 2, 3, 4

),

counted as (

    select
        pair_id,
        legal_entity_code,
        currency,
        period_month,
        count(*) as break_count,
        {{ sum_amount("case when break_status = 'tolerated' then abs(residual_amount) end") }}
            as tolerated_amount,
        {{ sum_amount(
            "case when break_status in ('accepted', 'written_off', 'accrued') then abs(residual_amount) end"
        ) }} as accepted_amount

    from breaks

    group by 1, 2, 3, 4

)

select
    -- keys
    variances.pair_id,
    variances.legal_entity_code,
    variances.currency,
    variances.period_month,

    -- attributes
    pairs.pair_name,
    -- A pair with documents on one side only cannot be told from a system that is off or unread.
    coalesce(totals.left_count > 0 and totals.right_count > 0, false) as is_judged,
    case
        when coalesce(totals.left_count, 0) = 0 or coalesce(totals.right_count, 0) = 0 then 'not judged'
        -- No limit in force is not the same as a limit that is kept.
        when judged.pair_id is null then 'no limit'
        when judged.block_count > 0 then 'block'
        when judged.warn_count > 0 then 'warn'
        else 'clean'
    end as gate_status,
    coalesce(judged.breached_scopes, '') as breached_scopes,
    judged.max_open_variance_bps,

    -- measures
    cast(coalesce(totals.left_count, 0) as bigint) as left_count,
    cast(coalesce(totals.right_count, 0) as bigint) as right_count,
    cast(coalesce(totals.left_amount, 0) as decimal(38, 4)) as left_amount,
    cast(coalesce(totals.right_amount, 0) as decimal(38, 4)) as right_amount,
    cast(coalesce(totals.residual_amount, 0) as decimal(38, 4)) as tie_out_amount,
    coalesce(counted.break_count, 0) as break_count,
    variances.open_count,
    variances.open_variance_net_amount,
    variances.open_variance_gross_amount,
    variances.timing_amount,
    cast(
        variances.open_variance_gross_amount - variances.timing_amount - variances.unexplained_amount
        as decimal(38, 4)
    ) as classified_amount,
    variances.unexplained_amount,
    cast(coalesce(counted.tolerated_amount, 0) as decimal(38, 4)) as tolerated_amount,
    cast(coalesce(counted.accepted_amount, 0) as decimal(38, 4)) as accepted_amount,
    variances.gated_variance_amount,
    variances.base_amount

from variances

inner join pairs
    on variances.pair_id = pairs.pair_id

left join totals
    on variances.pair_id = totals.pair_id
    and variances.legal_entity_code = totals.legal_entity_code
    and variances.currency = totals.currency
    and variances.period_month = totals.period_month

left join judged
    on variances.pair_id = judged.pair_id
    and variances.legal_entity_code = judged.legal_entity_code
    and variances.currency = judged.currency
    and variances.period_month = judged.period_month

left join counted
    on variances.pair_id = counted.pair_id
    and variances.legal_entity_code = counted.legal_entity_code
    and variances.currency = counted.currency
    and variances.period_month = counted.period_month
