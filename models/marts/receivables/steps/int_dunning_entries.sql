{#- Grain: one entry of one invoice into dunning, with its first notice and the end of the time in which
    a payment is its recovery. -#}
with

dunning_events as (

    select * from {{ ref('fct_dunning_events') }} where invoice_key is not null

),

policies as (

    select * from {{ ref('receivables_policies') }} where policy = 'dunning_recovery'

),

entries as (

    select
        dunning_event_key,
        invoice_key,
        occurred_at,
        occurred_on as entered_on,
        lead(occurred_on, 1, cast('9999-12-31' as date)) over (
            partition by invoice_key order by occurred_on, occurred_at, dunning_event_key
        ) as next_entered_on

    from dunning_events

    where event_kind = 'entered'

),

noticed as (

    select
        entries.dunning_event_key,
        min(dunning_events.occurred_on) as first_notice_on,
        cast(count(*) as int) as notice_count

    from entries

    inner join dunning_events
        on entries.invoice_key = dunning_events.invoice_key
        and entries.entered_on <= dunning_events.occurred_on
        and entries.next_entered_on > dunning_events.occurred_on

    where dunning_events.event_kind in ('notice_sent', 'payment_retried', 'call_made', 'escalated')

    group by entries.dunning_event_key

)

select
    -- keys
    entries.dunning_event_key,
    entries.invoice_key,

    -- attributes
    coalesce(noticed.notice_count, 0) as notice_count,
    policies.policy_days as window_days,

    -- times
    entries.entered_on,
    noticed.first_notice_on,
    cast({{ dbt.dateadd('day', 'policies.policy_days', 'entries.entered_on') }} as date) as window_ends_on,
    entries.next_entered_on

from entries

inner join policies
    on entries.entered_on >= policies.valid_from_on
    and entries.entered_on < policies.valid_before_on

left join noticed
    on entries.dunning_event_key = noticed.dunning_event_key
