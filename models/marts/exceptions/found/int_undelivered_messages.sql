{#- Grain: one message that never arrived, by its last attempt, judged by the SLA of its interface. -#}
with

undelivered as (

    select
        *,
        coalesce(attempted_on, created_on) as last_on
    from {{ ref('int_recon_undelivered') }}

),

slas as (

    select * from {{ ref('integration_slas') }}

),

run_dates as (

    select {{ as_of_date() }} as as_of_date

),

timed as (

    -- The day that the run looks from counts in full.
    select
        undelivered.*,
        {{ dbt.datediff(
            'coalesce(undelivered.attempted_at, undelivered.created_at)',
            dbt.dateadd('day', 1, 'run_dates.as_of_date'), 'hour'
        ) }} as waited_hours,
        coalesce(exact.pending_hours, named.pending_hours, every.pending_hours) as pending_hours,
        coalesce(exact.retry_hours, named.retry_hours, every.retry_hours) as retry_hours

    from undelivered

    cross join run_dates

    {{ join_interface_slas('undelivered', 'undelivered.last_on') }}

)

select
    -- keys
    sync_message_key,
    source_account,
    legal_entity_code,
    interface_code,
    message_key,
    object_kind,
    source_object_id,

    -- attributes
    message_status,
    error_code,
    case
        when message_status = 'dead_lettered' then 'message_failed'
        when message_status = 'failed' and waited_hours > retry_hours then 'message_failed'
        when message_status = 'pending' and waited_hours > pending_hours then 'message_pending'
    end as check_id,

    -- measures
    attempt_number,

    -- times
    created_on,
    last_on

from timed
