{#- Grain: one pair, legal entity, currency and period held against one scope of thresholds: its
    total, its largest item, its oldest item. -#}
with

variances as (

    select * from {{ ref('int_recon_variances') }}

),

thresholds as (

    select * from {{ ref('recon_thresholds') }}

),

applicable as (

    -- The most particular row in force decides: pair before entity before currency.
    select
        variances.*,
        thresholds.scope,
        thresholds.abs_amount,
        thresholds.rel_bps,
        thresholds.floor_amount,
        thresholds.max_age_days,
        thresholds.gate_action,
        row_number() over (
            partition by
                variances.pair_id, variances.legal_entity_code, variances.currency,
                variances.period_month, thresholds.scope
            order by
                case when thresholds.pair_id = '*' then 1 else 0 end,
                case when thresholds.legal_entity_code = '*' then 1 else 0 end,
                case when thresholds.currency = '*' then 1 else 0 end
        ) as particularity

    from variances

    inner join thresholds
        on thresholds.pair_id in (variances.pair_id, '*')
        and thresholds.legal_entity_code in (variances.legal_entity_code, '*')
        and thresholds.currency in (variances.currency, '*')
        and variances.period_month >= thresholds.valid_from_on
        and variances.period_month < thresholds.valid_before_on

)

select
    -- keys
    pair_id,
    legal_entity_code,

    -- attributes
    currency,
    scope,
    gate_action,
    -- Multiplied, not divided: exact, and right where the base is zero (domain 1.5).
    coalesce(
        case scope
            when 'total'
                then
                    gated_variance_amount > abs_amount
                    or (
                        gated_variance_amount > coalesce(floor_amount, 0)
                        and gated_variance_amount * 10000 > rel_bps * base_amount
                    )
            when 'item' then largest_item_amount > abs_amount
            when 'age' then oldest_days > max_age_days
        end,
        false
    ) as is_breached,
    rel_bps,

    -- times
    period_month

from applicable

-- One row a scope: the most particular one.
where particularity = 1
