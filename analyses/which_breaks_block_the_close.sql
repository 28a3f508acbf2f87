-- Answers: which gates of a period say block, and which open breaks stand behind each, the largest
-- first; `share_rank` 1 is where to begin.
-- Change: the month between the first pair of quotes, as 2026-01-01. Empty: the month before the
-- latest, which is the one that is being closed.
with

chosen as (

    select
        coalesce(
            cast(nullif('', '') as date),
            (
                select max(summed.period_month)
                from marts.recon_summary as summed
                inner join core.dim_dates as calendar_days
                    on summed.period_month < calendar_days.calendar_month
                inner join core.dim_run_dates as run_dates
                    on calendar_days.date_on = run_dates.as_of_date
            )
        ) as period_month

),

gates as (

    select summed.*
    from marts.recon_summary as summed
    inner join chosen
        on summed.period_month = chosen.period_month
    where summed.gate_status = 'block'

)

select
    gates.pair_id,
    gates.pair_name,
    gates.legal_entity_code,
    gates.currency,
    gates.breached_scopes,
    gates.gated_variance_amount,
    row_number() over (
        partition by gates.pair_id, gates.legal_entity_code, gates.currency
        order by abs(breaks.residual_amount) desc, breaks.natural_key
    ) as share_rank,
    breaks.natural_key,
    breaks.break_code,
    breaks.residual_amount,
    breaks.age_days,
    breaks.severity,
    breaks.owner,
    breaks.next_step,
    breaks.journal_suggestion,
    breaks.evidence,
    breaks.drill_sql
from gates
inner join marts.recon_breaks as breaks
    on gates.pair_id = breaks.pair_id
    and gates.legal_entity_code = breaks.legal_entity_code
    and gates.currency = breaks.currency
    and gates.period_month = breaks.period_month
where breaks.break_status = 'open'
order by gates.pair_id, gates.legal_entity_code, gates.currency, share_rank
