{#- Grain: one payment intent: all the tries to collect one amount. -#}
{{ config(access='private', schema='kpi_private') }}
with

payment_attempts as (

    select * from {{ ref('fct_payment_attempts') }}

),

declines as (

    select * from {{ ref('decline_map') }}

),

ordered as (

    select
        payment_attempts.*,
        first_value(payment_attempts.period_month) over (
            partition by payment_attempts.source_system, payment_attempts.source_account, payment_attempts.source_payment_intent_id
            order by payment_attempts.attempted_on, payment_attempts.attempted_at, payment_attempts.payment_attempt_key
        ) as first_attempt_month,
        row_number() over (
            partition by payment_attempts.source_system, payment_attempts.source_account, payment_attempts.source_payment_intent_id
            order by payment_attempts.attempted_on desc, payment_attempts.attempted_at desc, payment_attempts.payment_attempt_key desc
        ) as attempt_from_the_end

    from payment_attempts

    -- A zero-value verification asks for no money.
    where payment_attempts.attempted_amount <> 0

)

select
    -- keys
    ordered.source_system,
    ordered.source_account,
    coalesce(ordered.source_payment_intent_id, ordered.source_payment_attempt_id) as source_payment_intent_id,
    min(ordered.legal_entity_code) as legal_entity_code,

    -- attributes
    max(case when ordered.attempt_status = 'succeeded' then 1 else 0 end) = 1 as has_succeeded,
    max(case when ordered.attempt_status in ('authorised', 'pending') then 1 else 0 end) = 1 as has_open_attempt,
    max(
        case
            when ordered.attempt_from_the_end = 1 and (declines.is_expected or ordered.attempt_status = 'blocked') then 1
            else 0
        end
    ) = 1 as is_last_decline_expected,

    -- measures
    count(*) as attempt_count,
    count(case when ordered.attempt_status = 'succeeded' then 1 end) as succeeded_attempt_count,
    count(case when ordered.attempt_status in ('authorised', 'pending') then 1 end) as open_attempt_count,

    -- times
    min(ordered.first_attempt_month) as period_month

from ordered

left join declines
    on ordered.decline_code = declines.decline_code
    and ordered.attempted_on >= declines.valid_from_on
    and ordered.attempted_on < declines.valid_before_on

group by
    ordered.source_system,
    ordered.source_account,
    coalesce(ordered.source_payment_intent_id, ordered.source_payment_attempt_id)
