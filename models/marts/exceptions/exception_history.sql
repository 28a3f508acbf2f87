{#- Grain: one stretch of time in which one exception was seen without a break. -#}
with

episodes as (

    select * from {{ ref('int_exception_episodes') }}

),

known as (

    select * from {{ ref('int_exceptions_known') }}

)

select
    -- keys
    episodes.exception_id,
    episodes.episode_number,
    episodes.check_id,
    known.legal_entity_code,
    known.natural_key,

    -- attributes
    episodes.resolved_at is null as is_unresolved,

    -- measures
    episodes.observation_count,
    episodes.first_amount_reporting,
    episodes.last_amount_reporting,

    -- times
    episodes.first_seen_at,
    episodes.last_seen_at,
    episodes.resolved_at,
    episodes.first_seen_on,
    episodes.last_seen_on,
    episodes.resolved_on

from episodes

inner join known
    on episodes.exception_id = known.exception_id
