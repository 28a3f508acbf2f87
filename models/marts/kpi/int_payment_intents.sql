{#- Grain: one payment intent: all the tries to collect one amount. -#}
{{ config(access='private', schema='kpi_private') }}
with

payment_attempts as (

    select * from {{ ref('fct_payment_attempts') }}

),

declines as (

    select * from {{ ref('decline_map') }}

),

tried as (

    select
        *,
        -- A source without intents: each attempt is its own.
        coalesce(source_payment_intent_id, source_payment_attempt_id) as intent_id

    from payment_attempts

    -- A zero-value verification asks for no money.
    where attempted_amount <> 0

),

ordered as (

    select
        tried.*,
        first_value(tried.period_month) over (
            partition by
                tried.source_system,
                tried.source_account,
                tried.intent_id
            order by
                tried.attempted_on,
                tried.attempted_at,
                tried.payment_attempt_key
        ) as first_attempt_month,
        row_number() over (
            partition by
                tried.source_system,
                tried.source_account,
                tried.intent_id
            order by
                tried.attempted_on desc,
                tried.attempted_at desc,
                tried.payment_attempt_key desc
        ) as attempt_from_the_end

    from tried

)

select
    -- keys
    ordered.source_system,
    ordered.source_account,
    ordered.intent_id
        as source_payment_intent_id,
    min(ordered.legal_entity_code) as legal_entity_code,

    -- attributes
    max(case when ordered.attempt_status = 'succeeded' then 1 else 0 end) = 1 as has_succeeded,
    max(case when ordered.attempt_status in ('authorised', 'pending') then 1 else 0 end) = 1
        as has_open_attempt,
    max(
        case
            when
                ordered.attempt_from_the_end = 1
                and (declines.is_expected or ordered.attempt_status = 'blocked')
                then 1
            else 0
        end
    ) = 1 as is_last_decline_expected,

    -- measures
    count(*) as attempt_count,
    count(case when ordered.attempt_status = 'succeeded' then 1 end) as succeeded_attempt_count,
    count(case when ordered.attempt_status in ('authorised', 'pending') then 1 end)
        as open_attempt_count,

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
    ordered.intent_id
