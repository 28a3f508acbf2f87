{{ config(group='marts', tags=['gate'], severity=env_var('GATE_SEVERITY', 'warn')) }}
-- Gate: open variance, gross and not net, of every judged pair, entity, currency and period is
-- within
-- the limit of recon_thresholds. A breach is about the data: it blocks the close, not the build.
select
    pair_id,
    legal_entity_code,
    currency,
    period_month,
    break_count,
    gated_variance_amount,
    base_amount

from {{ ref('recon_summary') }}

where gate_status = 'block'
